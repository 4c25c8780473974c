"""What happens at the doors."""

from datetime import datetime

from sportello.foundation.journal.verbs import Verb, register
from sportello.records.tickets.verbs import STANDING

register(
    Verb("mail.received", "incoming_mail", {"mailbox_id": int, "door": str}),
    Verb("mail.settled", "incoming_mail", {"state": str, "cause": str, "ticket_id": int}),
    Verb("mail.released", "incoming_mail", {"to": str}),
    Verb("dispatch.queued", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.sent", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.in_doubt", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("dispatch.failed", "dispatch", {"ticket_id": int, "channel": str}),
    Verb("delivery.failed", "dispatch", {"ticket_id": int, "delivery_id": int}),
    # what left came back or never left: the ticket is the operators' again
    Verb("ticket.undelivered", "ticket", {**STANDING, "message_id": int, "entry_id": int}),
    # a reply sent by a person that has not left yet
    Verb("reply.waits", "ticket", {**STANDING, "reply_id": int, "until": datetime}),
    Verb("reply.undone", "ticket", {**STANDING, "reply_id": int}),
    Verb("reply.held", "ticket", {**STANDING, "reply_id": int, "entry_id": int}),
    # a receipt of certified mail
    Verb("ticket.certified", "ticket", {**STANDING, "message_id": int, "entry_id": int}),
    # a recipient called our letter spam
    Verb("ticket.complained", "ticket", {**STANDING, "message_id": int, "entry_id": int}),
    Verb("mailbox.changed", "mailbox", {}),
    Verb("mailbox.added", "mailbox", {}),
    Verb("mailbox.retired", "mailbox", {}),
    # how a mailbox is read, from when on its mail is new, and how the reading goes
    Verb("collector.changed", "collector", {"secrets": bool}),
    Verb("collector.cut_off", "collector", {"before": datetime}),
    Verb("collector.paused", "collector", {"on": bool}),
    Verb("collector.renumbered", "collector", {"uidvalidity": int}),
    Verb("collector.failing", "collector", {"trouble": str}),
    Verb("collector.well", "collector", {}),
    # a sender nobody listens to for a while, and again
    Verb("sender.blocked", "blocked_sender", {"until": datetime}),
    Verb("sender.unblocked", "blocked_sender", {}),
    Verb("form_sender.added", "form_sender", {}),
    Verb("form_sender.ended", "form_sender", {}),
    # an erasure ordered by law reached it
    Verb("mail.erased", "incoming_mail", {"erasure_id": int}),
    # read again by newer code, nothing of it lost
    Verb("mail.certified_read", "incoming_mail", {}),
    Verb("mail.words_resplit", "incoming_mail", {"message_id": int}),
)
