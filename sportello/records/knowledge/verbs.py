"""What happens to what we know."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("service_sheet.changed", "service_sheet", {"language": str}),
    Verb("saved_reply.changed", "saved_reply", {"language": str}),
    Verb("saved_reply.used", "saved_reply", {"ticket_id": int}),
)
