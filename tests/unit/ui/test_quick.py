"""Templates made ready draw what Django draws; what is kept is kept by all it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, override

from sportello.foundation.ui.quick import kept as quick_kept
from sportello.foundation.ui.quick.tree import ready

_LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "ui": "sportello.foundation.ui.templatetags.ui",
}
_NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


class Thing:
    """An object of a page: attributes, methods, one that must not be called, one that fails."""

    name = "<b>Rossi</b>"
    items = ("one", "two")

    def called(self) -> str:
        return "called"

    def changes(self) -> str:
        raise AssertionError("a template called what changes data")

    changes.alters_data = True  # type: ignore[attr-defined]  # Django's word

    @property
    def broken(self) -> str:
        raise AttributeError("inside a property")


def drawn(source: str, given: dict[str, Any]) -> tuple[str, str]:
    """By Django and by us."""
    engine = Engine(libraries=_LIBRARIES, builtins=["django.templatetags.static"])
    plain, quick = engine.from_string(source), engine.from_string(source)
    ready(quick.nodelist)
    return plain.render(Context(given)), quick.render(Context(given))


@pytest.mark.parametrize(
    "source",
    [
        "{{ thing.name }}{{ thing.name|safe }}{{ thing.called }}{{ thing.changes }}{{ thing.none }}{{ none }}",
        "{{ table.key }}{{ table.items }}{{ rows.1 }}{{ rows.7 }}{{ rows.0.0 }}{{ thing.items.1|upper }}{{ word.upper }}",
        "{{ safe }}{{ number }}{{ number|add:3 }}{{ float }}{{ at }}{{ none|default:'—' }}{{ empty|default_if_none:'x' }}",
        "{% if none %}a{% elif thing.items and not none or number > 3 %}b{% else %}c{% endif %}{% if 'a' in word %}d{% endif %}",
        "{% if number == 4 and none is None and missing.at.all != 3 %}yes{% endif %}{% if thing.items.5 %}no{% endif %}",
        "{% for one in rows %}{{ forloop.counter }}{{ forloop.last }}{{ one }}{% endfor %}{% for x in none %}{% empty %}–{% endfor %}",
        "{% for a, b in pairs reversed %}{{ a }}{{ b }}{{ forloop.parentloop }}{% endfor %}{{ a }}",
        "{% load i18n %}{% translate 'Close' %}{% translate 'Closed' context 'one ticket' as w %}{{ w }}{% translate lazy %}",
        "{% load i18n %}{% blocktranslate with number=thing.name %}Choose {{ number }}{% endblocktranslate %} 100%",
        "{% load i18n %}{% blocktranslate count n=number %}{{ n }} new{% plural %}{{ n }} new{% endblocktranslate %}",
        "{% load i18n %}{% language 'en' %}{% translate 'Close' %}{% endlanguage %}{% translate 'Close' %}{{ lazy }}",
        "{% with a=thing.name b=number %}{{ a }}{{ b }}{% endwith %}{{ a }}{% comment %}no{% endcomment %}{% static 'a.css' %}",
        "{% load ui %}{% icon 'close' label=word size=16 %}{% button thing.name href=word data_x=word %}{% kbd 'mod+k' %}",
        "{% load ui %}{% menu thing.name %}<li>{{ word }}</li>{% endmenu %}{% attrs get=word swap='none' %}{% count number %}",
        "{% autoescape off %}{{ thing.name }}{% endautoescape %}{% spaceless %}<p> <b>{{ word }}</b> </p>{% endspaceless %}",
    ],
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_same_as_django(source: str, language: str) -> None:
    given = {
        "thing": Thing(), "table": {"key": "<k>", "items": "an item"}, "rows": ["a<", "b"], "pairs": [(1, "x"), (2, "y")],
        "word": "casa & co", "safe": mark_safe("<i>"), "number": 4, "float": 1234.5, "at": _NOW, "empty": None,
        "lazy": gettext_lazy("Close"),
    }  # fmt: skip
    with override(language):
        by_django, by_us = drawn(source, given)
        assert by_us == by_django
        assert isinstance(by_us, SafeString)


def test_a_failure_inside_a_property_is_not_hidden() -> None:
    engine = Engine(libraries=_LIBRARIES)
    template = engine.from_string("{{ thing.broken }}")
    ready(template.nodelist)
    with pytest.raises(AttributeError, match="inside a property"):
        template.render(Context({"thing": Thing()}))


@dataclass(frozen=True)
class Row:
    title: str
    at: datetime
    now: datetime

    @property
    def kept_by(self) -> tuple[Any, ...]:
        return (self.title, self.at)


_KEPT = "{% load ui %}{% kept row word %}<li>{{ row.title }} {{ word }} {{ secret }}{% instant row.at row.now %}</li>{% endkept %}"


def _kept() -> Any:
    template = Engine(libraries=_LIBRARIES).from_string(_KEPT)
    ready(template.nodelist)
    return lambda **given: template.render(Context(given))


def test_what_is_kept_sees_only_what_it_is_given_and_never_an_old_clock() -> None:
    draw = _kept()
    row = Row("<Rossi>", _NOW - timedelta(minutes=5), _NOW)
    with override("en"):
        first = draw(row=row, word="x", secret="of somebody else")
        assert "&lt;Rossi&gt; x" in first
        assert "of somebody else" not in first
        assert "5 minutes ago" in first
        later = draw(row=Row(row.title, row.at, _NOW + timedelta(minutes=2)), word="x")
        assert later == first.replace("5 minutes ago", "7 minutes ago").replace("12:00:00", "12:02:00")
        assert "<b>" in draw(row=row, word=mark_safe("<b>"))
        assert "&lt;b&gt;" in draw(row=row, word="<b>"), "what reads alike and is not safe is another word"
    with override("it"):
        assert "5 minuti fa" in draw(row=row, word="x")
    assert "altro" in draw(row=Row("altro", row.at, _NOW), word="x")


def test_what_differs_each_time_is_filled_into_what_is_kept() -> None:
    source = (
        "{% load ui %}{% kept row with words %}{{ row.title }}: {{ words }} {% instant row.at row.now %}{% endkept %}"
    )
    template = Engine(libraries=_LIBRARIES).from_string(source)
    ready(template.nodelist)
    row = Row("Rossi", _NOW - timedelta(minutes=5), _NOW)
    with override("en"):
        for words, shown in (("a < b", "a &lt; b"), (mark_safe("<b>a</b>"), "<b>a</b>"), ("", "")):
            drawn = template.render(Context({"row": row, "words": words}))
            assert f"Rossi: {shown} <relative-time" in drawn and "5 minutes ago" in drawn
        assert "Rossi:  <relative-time" in template.render(Context({"row": row})), "what is not there is empty"
    node = template.nodelist.get_nodes_by_type(quick_kept.KeptNode)[0]
    assert len(node._known) == 1, "drawn once for all of them"


def test_blocks_of_templates_that_extend_each_other() -> None:
    sources = {
        "base": "<{% block a %}A{% block b %}B{{ word }}{% endblock %}{% endblock %}|{% block c %}C{% endblock %}>",
        "middle": "{% extends 'base' %}{% block b %}b{{ block.super }}{{ word }}{% endblock %}",
        "page": "{% extends 'middle' %}{% block a %}{{ block.super }}!{% include 'row' %}{% endblock %}{% block c %}{% endblock %}",
        "row": "{% load ui %}{% kept word %}[{{ word }}]{% endkept %}\n",
    }
    locmem = ("django.template.loaders.locmem.Loader", sources)
    plain = Engine(libraries=_LIBRARIES, loaders=[locmem])
    quick = Engine(libraries=_LIBRARIES, loaders=[("sportello.foundation.ui.quick.loader.Loader", [locmem])])
    for name in sources:
        for word in ("x", "<y>"):
            given = {"word": word}
            assert quick.get_template(name).render(Context(given)) == plain.get_template(name).render(Context(given))


def test_what_cannot_be_compared_is_drawn_anew_and_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = _kept()
    row = Row("a", _NOW, _NOW)
    words = ["x"]
    with override("en"):
        assert "[&#x27;x&#x27;]" in draw(row=row, word=words)
        words[0] = "y"
        assert "[&#x27;y&#x27;]" in draw(row=row, word=words)
    monkeypatch.setattr(quick_kept, "MOST_LETTERS", 20)
    template = Engine(libraries=_LIBRARIES).from_string(_KEPT)
    node = template.nodelist.get_nodes_by_type(quick_kept.KeptNode)[0]
    for at in range(20):
        template.render(Context({"row": row, "word": str(at)}))
        assert len(node._known) <= 3


def test_parts_of_other_templates_are_drawn_in_the_language_of_the_page_each_time() -> None:
    told = {
        "whole": "{% load i18n %}[{% block a %}{% translate 'Show' %}{% block b %}-{% endblock %}{% endblock %}|"
        "{% block c %}c{% endblock %}]{{ block }}{% for x in rows %}{% include 'part' with y=x %}{% endfor %}{{ y }}",
        "middle": "{% extends 'whole' %}{% block a %}<{{ block.super }}>{% endblock %}{% block b %}m{% endblock %}",
        "page": "{% extends 'middle' %}{% load i18n %}{% block b %}{{ block.super }}{% translate 'Owner' %}{% endblock %}"
        "{% block c %}{% with z=1 %}{% include 'part' with y='c' %}{% endwith %}{{ z }}{% endblock %}",
        "part": "{% load i18n %}({{ y }}{{ z }}{% translate 'Status' %}{% for x, w in pairs %}{{ x }}{{ w }}{% endfor %}{{ w }})",
    }
    engines = [
        Engine(loaders=[("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", told)])],
               libraries=_LIBRARIES)
        for _ in range(2)
    ]  # fmt: skip
    for name in told:
        ready(engines[1].get_template(name).nodelist)
    said = set()
    for language in ("en", "it", "en"):
        for name in ("page", "middle", "whole"):
            with override(language):
                given = {"rows": [1, 2], "pairs": [("p", "q")]}
                plain, quick = (one.get_template(name).render(Context(dict(given))) for one in engines)
            assert quick == plain, (name, language)
            said.add(quick)
    assert len(said) == 6, "each in its own words"
