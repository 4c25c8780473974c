"""What happens with approvals: ids and codes; the words are rows."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("approval_rule.made", "approval_rule", {"kind_id": int, "covers": str, "steps": int}),
    Verb("approval_rule.ended", "approval_rule", {"kind_id": int}),
    Verb("approval.asked", "approval", {"ticket_id": int, "sort": str}),
    Verb("approval.reworded", "approval", {"ticket_id": int, "number": int}),
    Verb("approval.step_approved", "approval", {"ticket_id": int, "number": int, "position": int}),
    Verb("approval.sent_back", "approval", {"ticket_id": int, "number": int, "position": int}),
    Verb("approval.held", "approval", {"ticket_id": int}),
    Verb("approval.left", "approval", {"ticket_id": int, "message_id": int}),
    Verb("approval.withdrawn", "approval", {"ticket_id": int}),
)
