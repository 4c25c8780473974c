"""What happens in the back office: each family of verbs registers its own."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("file_class.changed", "file_class", {"code": str, "version": int, "years": int}),
    Verb("file_class.confirmed", "file_class", {"code": str}),
    Verb("file_class.kind_placed", "file_class", {"code": str, "kind_id": int}),
    Verb("ticket_filing.chosen", "filing", {"ticket_id": int, "code": str}),
    Verb("legal_hold.placed", "legal_hold", {"scope": str, "ticket_id": int, "customer_id": int, "code": str}),
    Verb("legal_hold.lifted", "legal_hold", {}),
    Verb("disposal.proposed", "disposal_list", {"number": int, "tickets": int}),
    Verb("disposal.line_taken_off", "disposal_list", {"ticket_id": int}),
    Verb("disposal.refused", "disposal_list", {"number": int}),
    Verb("disposal.approved", "disposal_list", {"number": int, "tickets": int}),
    Verb("disposal.ticket_emptied", "disposal_list", {"ticket_id": int, "digest": str}),
    Verb("disposal.ticket_spared", "disposal_list", {"ticket_id": int, "why": str}),
    Verb("disposal.done", "disposal_list", {"number": int}),
    Verb("package.asked", "package", {"tickets": int}),
    Verb("package.written", "package", {"tickets": int, "digest": str}),
    Verb("package.read", "package", {}),
    Verb("package.taken_over", "package", {}),
    Verb("dossier.read", "ticket", {"notes": bool, "form": str}),
    Verb("solution.marked", "solution", {"ticket_id": int, "message_id": int}),
)
