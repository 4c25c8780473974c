"""What happens with offices: of a forwarding, ids and instants; its words are rows."""

from datetime import datetime

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("office.added", "office", {"channel": str}),
    Verb("office.changed", "office", {}),
    Verb("office.retired", "office", {}),
    Verb("forwarding.asked", "forwarding", {"ticket_id": int, "office_id": int, "expected": datetime, "beyond": bool}),
    Verb("forwarding.answered", "forwarding", {"ticket_id": int, "message_id": int}),
    Verb("forwarding.accepted", "forwarding", {"ticket_id": int}),
    Verb("forwarding.not_yet", "forwarding", {"ticket_id": int}),
    Verb("forwarding.extended", "forwarding", {"ticket_id": int, "expected": datetime}),
    Verb("forwarding.recalled", "forwarding", {"ticket_id": int}),
    Verb("forwarding.reminded", "forwarding", {"ticket_id": int, "moment_id": int}),
)
