"""What happens at the doors."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("mail.received", "incoming_mail", {"mailbox_id": int, "door": str}),
    Verb("mail.settled", "incoming_mail", {"state": str, "cause": str, "ticket_id": int}),
    Verb("mail.released", "incoming_mail", {"to": str}),
    Verb("dispatch.queued", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.sent", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.in_doubt", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.failed", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("delivery.failed", "dispatch", {"ticket_id": int, "delivery_id": int}),
    Verb("mailbox.changed", "mailbox", {}),
)
