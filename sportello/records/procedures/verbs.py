"""What happens to definitions."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("procedure.published", "procedure", {"kind_id": int, "version": int}),
    Verb("procedure.confirmed", "procedure", {"key": str}),
    Verb("procedure.switched", "procedure", {"is_on": bool}),
    Verb("notice_template.published", "notice_template", {"moment": str, "language": str, "version": int}),
    Verb("kind.added", "kind", {"family": str}),
    Verb("kind.changed", "kind", {"parts": list[str]}),
    Verb("kind.retired", "kind", {}),
    Verb("kind.returned", "kind", {}),
    Verb("kinds.ordered", "organisation", {"kind_ids": list[int]}),
    Verb("calendar.changed", "calendar", {"parts": list[str]}),
)
