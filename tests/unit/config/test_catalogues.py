"""Translations: several files make one catalogue; what is missing or broken is told with its line."""

import gettext
import stat
from pathlib import Path

import pytest

from sportello.config import catalogues

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "sportello" / "desk" / "locale" / "it" / "LC_MESSAGES"
    made.mkdir(parents=True)
    monkeypatch.setattr(catalogues, "PACKAGE", tmp_path / "sportello")
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path / "home"))
    return made


def put(folder: Path, name: str, *entries: str) -> None:
    (folder / name).write_text(HEADER + "\n\n".join(entries) + "\n")


def test_the_files_of_a_folder_become_one_catalogue(folder: Path) -> None:
    put(folder, "desk.po", 'msgid "Send"\nmsgstr "Invia"')
    put(folder, "portal.po", 'msgid "Wait"\nmsgstr "Attenda"', 'msgid "Send"\nmsgstr "Spedisci"')
    assert len(catalogues.compile_all()) == 1
    with (folder / "django.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert (found.gettext("Send"), found.gettext("Wait")) == ("Invia", "Attenda")
    assert catalogues.compile_all() == [], "nothing has changed"


def test_missing_doubtful_and_broken_sentences_are_told(folder: Path) -> None:
    put(
        folder,
        "desk.po",
        'msgid "Good"\nmsgstr "Bene"',
        'msgid "Nothing"\nmsgstr ""',
        '#, fuzzy\nmsgid "Maybe"\nmsgstr "Forse"',
        'msgid "Due %(when)s"\nmsgstr "Entro %(quando)s"',
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "un giorno"\nmsgstr[1] "%(n)s giorni"',
    )
    told = "\n".join(catalogues.faults())
    assert "desk.po:7: not translated: 'Nothing'" in told
    assert "doubtful: 'Maybe'" in told
    assert "other placeholders than the sentence: 'Due %(when)s'" in told
    assert "Good" not in told


def test_where_the_sources_are_read_only_the_home_gets_one_for_all(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "sportello" / "locale" / "it" / "LC_MESSAGES"
    other.mkdir(parents=True)
    put(folder, "desk.po", 'msgid "Send"\nmsgstr "Invia"')
    put(other, "all.po", 'msgid "Wait"\nmsgstr "Attenda"')
    monkeypatch.setattr(catalogues.os, "access", lambda path, how: False)
    assert len(catalogues.compile_all()) == 1
    made = tmp_path / "home" / "locale" / "it" / "LC_MESSAGES" / "django.mo"
    with made.open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert (found.gettext("Send"), found.gettext("Wait")) == ("Invia", "Attenda")
    assert stat.S_ISREG(made.stat().st_mode)
    monkeypatch.undo()
    monkeypatch.setattr(catalogues, "PACKAGE", tmp_path / "sportello")
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path / "home"))
    catalogues.compile_all()
    assert not made.exists(), "a copy left in the home would hide newer words"
