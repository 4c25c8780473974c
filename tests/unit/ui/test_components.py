"""Components drawn: fields tied to their words, attributes that the policy allows, icons that exist."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from sportello.foundation.ui.markup import attributes, hint, shortcut
from sportello.foundation.ui.samples import NOW, SampleForm, standing


class Elements(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def one(self, tag: str) -> dict[str, str | None]:
        return next(attrs for name, attrs in self.found if name == tag)

    def ids(self) -> list[str]:
        return [attrs["id"] for _tag, attrs in self.found if attrs.get("id")]


def draw(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load ui %}" + source).render(Context(context))


def test_a_field_is_named_helped_and_corrected_by_ids_that_exist() -> None:
    form = SampleForm({"subject": ""})
    page = Elements(draw("{% field form.subject %}", form=form))
    control = page.one("input")
    assert page.one("label")["for"] == control["id"] == "id_subject"
    assert (control["aria-invalid"] == "true" and control.get("required") is None) or "required" in control
    described = (control["aria-describedby"] or "").split()
    assert described == ["id_subject-error", "id_subject-help"]
    assert set(described) <= set(page.ids())


@pytest.mark.parametrize("name", list(SampleForm.base_fields))
@pytest.mark.parametrize("data", [None, {}])
def test_every_field_of_every_sort_points_only_to_what_is_there(name: str, data: dict[str, str] | None) -> None:
    form = SampleForm(data)
    page = Elements(draw("{% field form_field %}", form_field=form[name]))
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for _tag, attrs in page.found:
        assert set((attrs.get("aria-describedby") or "").split()) <= set(ids)
        assert attrs.get("for") is None or attrs["for"] in ids


def test_several_buttons_are_a_group_with_a_legend() -> None:
    page = Elements(draw("{% field form.kind %}", form=SampleForm()))
    assert [tag for tag, _ in page.found][:2] == ["fieldset", "legend"]


def test_what_is_not_required_says_so_in_words() -> None:
    assert "(optional)" in draw("{% field form.phone %}", form=SampleForm())
    assert "(optional)" not in draw("{% field form.subject %}", form=SampleForm())


def test_the_summary_of_errors_takes_the_focus_and_leads_to_each_field() -> None:
    form = SampleForm({"subject": "", "email": "maria"})
    page = Elements(draw("{% form_errors form %}", form=form))
    assert "autofocus" in page.one("div") and page.one("div")["role"] == "alert"
    assert "#id_email" in [attrs.get("href") for tag, attrs in page.found if tag == "a"]
    assert draw("{% form_errors form %}", form=SampleForm()) == ""


def test_typed_text_is_never_markup() -> None:
    form = SampleForm({"subject": '"><script>alert(1)</script>', "text": "</textarea><script>"})
    html = draw("{% field form.subject %}{% field form.text %}{% badge x %}{% chip x %}{% avatar x %}{% number x %}"
                "{% entry 'note' x at now %}{{ x }}{% endentry %}{% empty x x %}",
                form=form, x="<script>alert(2)</script>", at=NOW, now=NOW)
    assert "<script" not in html


def test_an_icon_that_does_not_exist_fails_while_we_write() -> None:
    with pytest.raises(KeyError):
        draw("{% icon 'nessuna' %}")


def test_an_icon_beside_a_word_is_silent_and_alone_it_speaks() -> None:
    assert 'aria-hidden="true"' in draw("{% icon 'mail' %}")
    assert 'aria-label="E-mail"' in draw("{% icon 'mail' label='E-mail' %}")


def test_a_button_shows_its_key_and_gives_it_to_assistive_technology() -> None:
    attrs = Elements(draw("{% button 'Reply' hotkey='r' post='/x' confirm='Sure?' %}")).one("button")
    assert attrs["title"] == "Reply (R)" and attrs["aria-keyshortcuts"] == "R" and attrs["data-hotkey"] == "r"
    assert attrs["hx-post"] == "/x" and attrs["data-confirm"] == "Sure?"
    assert hint("mod+enter") == "⌘/Ctrl+↵" and shortcut("g m") == ""


@pytest.mark.parametrize("given", [
    {"onclick": "x"}, {"hx_on__click": "x"}, {"style": "color:red"}, {"trigger": "click[ctrlKey]"},
    {"vals": "js:{a:1}"}, {"href": "javascript:alert(1)"},
])
def test_what_the_policy_refuses_is_refused_while_we_write(given: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        attributes(given)


def test_attributes_are_escaped_and_empty_ones_left_out() -> None:
    assert attributes({"data_x": 'a"b', "hidden": True, "title": None}) == ' data-x="a&quot;b" hidden'


def test_a_note_says_internal_only_in_words() -> None:
    html = draw("{% entry 'note' 'Anna' at now %}x{% endentry %}", at=NOW, now=NOW)
    assert "internal only" in html and "entry-note" in html


def test_where_it_stands_says_its_states_in_words_not_only_in_shapes() -> None:
    html = draw("{% standing standing now why='/why' %}", standing=standing(), now=NOW)
    assert html.count("(done)") == 2 and "(now)" in html and "(to come)" in html
    assert 'aria-current="step"' in html and 'href="/why"' in html and "by tomorrow" in html


def test_a_form_of_no_fields_still_tells_its_own_errors() -> None:
    class Bare(forms.Form):
        def clean(self) -> None:
            raise forms.ValidationError("Choose one of the two.")

    assert "Choose one of the two." in draw("{% form_errors form %}", form=Bare({}))
