"""Files: bytes first, known by their sum, never run in our pages' name."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sportello.foundation.core.errors import NotAllowed, Refusal
from sportello.foundation.files import actions, sniff, store
from sportello.foundation.files.models import Blob
from sportello.foundation.files.serving import download
from sportello.foundation.tenancy.models import Organisation

PDF = b"%PDF-1.7\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def borgo(db: None, settings, tmp_path: Path) -> Organisation:
    settings.BLOBS = tmp_path
    return Organisation.objects.create(slug="borgo", name="Borgo")


def test_the_same_bytes_twice_are_one_blob_but_never_shared(borgo: Organisation) -> None:
    first, again = actions.keep(borgo, PDF), actions.keep(borgo, PDF)
    assert first.pk == again.pk
    other = actions.keep(Organisation.objects.create(slug="bottega", name="Bottega"), PDF)
    assert other.pk != first.pk
    assert store.path_of(borgo.pk, first.sha256) != store.path_of(other.organisation_id, first.sha256)
    assert actions.read(first) == PDF


def test_many_at_once_are_what_one_after_the_other_would_be(
    borgo: Organisation, settings, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    """In their order, each bytes once, in four statements (held, asked, made, read); the antivirus hears of what is new only."""
    before = actions.keep(borgo, PDF)
    with django_assert_max_num_queries(4):
        kept = actions.keep_all(borgo, [PNG, PDF, b"tre", PNG])
    assert [actions.read(one) for one in kept] == [PNG, PDF, b"tre", PNG]
    assert (kept[1].pk, kept[0].pk) == (before.pk, kept[3].pk)
    assert kept[0].content_type == "image/png"
    assert actions.keep_all(borgo, []) == []
    heard: list[int] = []
    settings.ANTIVIRUS = "/bin/true"
    monkeypatch.setattr("sportello.foundation.files.tasks.scan_blob.defer", lambda *, blob_id: heard.append(blob_id))
    (_known, new) = actions.keep_all(borgo, [PDF, b"quattro"])
    assert heard == [new.pk]


def test_a_half_written_file_is_written_again(borgo: Organisation) -> None:
    sha256 = store.put(borgo.pk, PDF)
    store.path_of(borgo.pk, sha256).write_bytes(PDF[:3])
    store.put(borgo.pk, PDF)
    assert store.get(borgo.pk, sha256) == PDF


def test_a_name_stands_for_bytes_that_are_on_disk(borgo: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is waited for before it has its name, its folder afterwards; all are written before the first is waited for."""
    done: list[str] = []
    sync, rename = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        assert done[-1] == "folder" or os.fstat(descriptor).st_size, "written by then"
        sync(descriptor)

    def renamed(old: str, new: Path) -> None:
        done.append("name")
        rename(old, new)

    actions.keep_all(borgo, [PDF])  # its folder and those above it
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    same_folder = [b"%d" % number for number in range(2000) if sha256(b"%d" % number)[:2] == sha256(PDF)[:2]][:3]
    actions.keep_all(borgo, same_folder)
    assert done == ["file"] * 3 + ["name"] * 3 + ["folder"]
    done.clear()
    actions.keep_all(borgo, same_folder)
    assert done == ["folder"], "whoever wrote them may have been killed before they got to it"


def test_a_full_disk_in_the_middle_leaves_no_half_files(borgo: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    there, rename = [PDF, PNG, b"tre"], os.replace

    def second_fails(old: str, new: Path) -> None:
        if Path(new).name == sha256(there[1]):
            raise OSError(errno.ENOSPC, "No space left on device")
        rename(old, new)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises(OSError, match="No space left"):
        actions.keep_all(borgo, there)
    assert {path.name for path in Path(store.place().root).rglob("*") if path.is_file()} == {sha256(PDF)}
    assert not Blob.objects.exists()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_damaged_bytes_are_not_given_out(borgo: Organisation) -> None:
    blob = actions.keep(borgo, PDF)
    store.path_of(borgo.pk, blob.sha256).write_bytes(b"x" * len(PDF))
    with pytest.raises(ValueError, match="damaged"):
        actions.read(blob)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"MZ\x90", "application/x-msdownload"),
        ("Perché no".encode(), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"\x00\x01\x02", sniff.UNKNOWN),
        (b"", sniff.UNKNOWN),
        (b"BMW 320, targa AB123CD: la multa", "text/plain"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "image/bmp"),
        (b"PK\x03\x04broken", "application/zip"),
    ],
)
def test_the_type_is_what_the_bytes_say(content: bytes, kind: str) -> None:
    assert sniff.content_type(content) == kind


@pytest.mark.parametrize(("content", "name"), [(b"<html><script>", "foto.png"), (b"<svg onload=x>", "a.svg"), (b"MZ", "x.pdf")])
def test_what_could_run_is_only_ever_downloaded(borgo: Organisation, content: bytes, name: str) -> None:
    answer = download(actions.keep(borgo, content), name, inline=True)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == sniff.UNKNOWN
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_what_is_shown_can_be_read(borgo: Organisation) -> None:
    """Text says its charset, or "perché" would be read as "perchÃ©"."""
    text = download(actions.keep(borgo, "perché".encode()), "a.txt", inline=True)
    assert (text["Content-Type"], text["X-Content-Type-Options"]) == ("text/plain; charset=utf-8", "nosniff")
    assert text["Content-Security-Policy"].startswith("sandbox")


def test_a_name_cannot_break_the_header(borgo: Organisation) -> None:
    answer = download(actions.keep(borgo, PDF), 'a"b\r\nX-Evil: 1 è.pdf')
    assert "\n" not in answer["Content-Disposition"]
    assert "X-Evil" not in answer.headers
    assert "%C3%A8.pdf" in answer["Content-Disposition"], "the name itself survives"


def test_uploads_are_refused_with_a_sentence(borgo: Organisation, settings) -> None:
    settings.ATTACHMENT_BYTES = 100
    with pytest.raises(Refusal, match=r"grande\.pdf"):
        actions.keep_uploads(borgo, [SimpleUploadedFile("grande.pdf", b"x" * 101)])
    with pytest.raises(Refusal, match=r"vuoto\.pdf"):
        actions.keep_uploads(borgo, [SimpleUploadedFile("vuoto.pdf", b"")])
    settings.ATTACHMENTS_AT_ONCE = 1
    with pytest.raises(Refusal):
        actions.keep_uploads(borgo, [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(2)])
    ((name, blob),) = actions.keep_uploads(borgo, [SimpleUploadedFile("giusto.pdf", PDF)])
    assert (name, blob.content_type, blob.scan) == ("giusto.pdf", "application/pdf", "not_scanned")


@pytest.mark.parametrize(("exit_code", "state"), [(0, "clean"), (1, "infected"), (2, "not_scanned")])
def test_the_antivirus_is_asked_and_may_not_know(
    borgo: Organisation, settings, tmp_path: Path, exit_code: int, state: str
) -> None:
    program = tmp_path / "antivirus"
    program.write_text(f"#!/bin/sh\ntest -s \"$1\" || exit 9\nexit {exit_code}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    blob = actions.keep(borgo, PDF)
    settings.ANTIVIRUS = str(program)
    actions.scan(blob)
    assert Blob.objects.get(pk=blob.pk).scan == state


def test_a_missing_antivirus_leaves_it_not_scanned(borgo: Organisation, settings) -> None:
    blob = actions.keep(borgo, PDF)
    settings.ANTIVIRUS = "/nowhere/antivirus"
    actions.scan(blob)
    assert Blob.objects.get(pk=blob.pk).scan == "not_scanned"


def test_an_infected_file_is_kept_but_not_opened(borgo: Organisation) -> None:
    blob = actions.keep(borgo, PDF)
    Blob.objects.filter(pk=blob.pk).update(scan=Blob.Scan.INFECTED)
    with pytest.raises(NotAllowed):
        download(Blob.objects.get(pk=blob.pk), "a.pdf")


@pytest.mark.django_db(transaction=True)
def test_a_new_file_is_given_to_the_antivirus_as_a_job(settings, tmp_path: Path) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    settings.BLOBS, settings.ANTIVIRUS = tmp_path, "/bin/true"
    blob = actions.keep(Organisation.objects.create(slug="borgo", name="Borgo"), PDF)
    job = ProcrastinateJob.objects.get(task_name="files.scan_blob")
    assert job.args == {"blob_id": blob.pk}
