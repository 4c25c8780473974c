"""What happens with cases that have no procedure."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("unknown_case.flagged", "unknown_case", {"ticket_id": int, "team_id": int}),
    Verb("unknown_case.taken", "unknown_case", {"ticket_id": int}),
    Verb("unknown_case.solved", "unknown_case", {"ticket_id": int, "result": str}),
    Verb("unknown_case.declined", "unknown_case", {"ticket_id": int}),
    Verb("unknown_case.in_use", "unknown_case", {"result": str}),
)
