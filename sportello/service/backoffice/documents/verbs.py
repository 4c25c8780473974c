"""What happens to forms, documents and the register."""

from sportello.foundation.journal.verbs import Verb, register
from sportello.records.tickets.verbs import STANDING

register(
    Verb("letterhead.changed", "letterhead", {}),
    Verb("letter_template.written", "letter_template", {"version": int}),
    Verb("letter_template.retired", "letter_template", {}),
    Verb("form.written", "form", {}),
    Verb("form.published", "form", {"version": int}),
    Verb("form.retired", "form", {}),
    Verb("ticket.document_issued", "ticket", {**STANDING, "document_id": int, "entry_id": int, "sort": str}),
    Verb("protocol.settings_changed", "protocol_settings", {}),
    Verb("protocol.registered", "protocol_entry", {"ticket_id": int, "direction": str, "by_itself": bool}),
    Verb("protocol.asked", "protocol_request", {"ticket_id": int}),
    Verb("protocol.refused", "protocol_request", {"ticket_id": int, "trouble": str}),
    Verb("protocol.taken_back", "protocol_request", {"ticket_id": int}),
    Verb("protocol.annulled", "protocol_entry", {"ticket_id": int}),
    Verb("protocol.printed", "register_print", {"entries": int, "digest": str}),
)
