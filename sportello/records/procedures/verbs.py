"""What happens to definitions."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("procedure.published", "procedure", {"kind_id": int, "version": int}),
    Verb("procedure.confirmed", "procedure", {"key": str}),
    Verb("procedure.switched", "procedure", {"is_on": bool}),
    Verb("notice_template.published", "notice_template", {"moment": str, "language": str, "version": int}),
)
