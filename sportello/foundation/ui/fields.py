"""A bound form field as the template draws it: label, help, error and control tied together by ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

#: How many signs are left is told from this length on.
_COUNTED_FROM = 100


class Drawn:
    """What `components/field.html` needs to know of a bound field.

    Options: `label`, `help` (instead of the form's), `hide_label` (still read aloud), `rows` (textarea),
    `compact` (radio buttons side by side), `drop` (files may be dropped and pasted), `counted` (characters left;
    default from 100 on), `optional` (whether the label says so; default: when it is not required), other names become
    attributes of the control (`data_x` → `data-x`).
    """

    def __init__(self, bound: BoundField, *, label: Any = "", help: Any = "", hide_label: bool = False,
                 rows: int = 0, compact: bool = False, drop: bool = True, counted: bool | None = None,
                 optional: bool | None = None, **extra: Any) -> None:
        self.bound = bound
        self.label = label or bound.label
        self.help = help or bound.help_text
        self.hide_label = hide_label
        self.compact = compact
        self.id = bound.auto_id or f"id_{bound.html_name}"
        self.errors = bound.errors
        self.says_optional = not bound.field.required if optional is None else optional
        limit = getattr(bound.field, "max_length", None)
        wanted = self.kind == "textarea" and bool(limit) and (limit or 0) >= _COUNTED_FROM
        self.limit = limit if (wanted if counted is None else counted) else None
        self.drop = drop and self.kind == "file"
        self._extra = {name.rstrip("_").replace("_", "-"): value for name, value in extra.items()}
        if rows:
            self._extra["rows"] = rows

    @property
    def kind(self) -> str:
        """group (radio buttons, several checkboxes), check, textarea, select, file, hidden or input."""
        widget = self.bound.field.widget
        if widget.is_hidden:
            return "hidden"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "group"
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, forms.Textarea):
            return "textarea"
        if isinstance(widget, forms.Select):
            return "select"
        return "file" if isinstance(widget, forms.FileInput) else "input"

    @property
    def described_by(self) -> str:
        """Ids of error and help, error first: it is what the person needs."""
        ids = [f"{self.id}-error"] if self.errors else []
        return " ".join([*ids, *([f"{self.id}-help"] if self.help else [])])

    def control(self) -> SafeString:
        """The widget, with our class and the ids of what describes it."""
        return self.bound.as_widget(attrs=self._attrs())

    def choices(self) -> Iterable[Any]:
        """The single buttons of a group."""
        return self.bound.subwidgets

    def _attrs(self) -> dict[str, Any]:
        known = str(self.bound.field.widget.attrs.get("class", ""))
        attrs: dict[str, Any] = {"class": f"control {known}".strip(), **self._extra}
        # Django would add its own ids (`…_helptext`), which are not on this page.
        attrs["aria-describedby"] = self.described_by or None
        if self.errors:
            attrs["aria-invalid"] = "true"
        return {name: value for name, value in attrs.items() if value is not None}


def choice(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field `name` of a form, known to be one of choices: its choices often depend on the page it stands on."""
    return cast(forms.ChoiceField, form.fields[name])
