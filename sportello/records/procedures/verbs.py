"""What happens to definitions."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("procedure.published", "procedure", {"kind_id": int, "version": int}),
    Verb("notice_template.published", "notice_template", {"moment": str, "language": str, "version": int}),
)
