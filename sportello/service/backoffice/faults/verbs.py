"""What happens to known faults."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("fault.known", "known_fault", {"tickets": int}),
    Verb("fault.changed", "known_fault", {"state": str, "is_public": bool}),
    Verb("fault.ticket_linked", "known_fault", {"ticket_id": int}),
    Verb("fault.ticket_taken_off", "known_fault", {"ticket_id": int}),
    Verb("fault.update_written", "known_fault", {"update_id": int, "state": str, "to_tell": int}),
    Verb("fault.told", "known_fault", {"update_id": int, "ticket_id": int, "message_id": int}),
)
