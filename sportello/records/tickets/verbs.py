"""What happens to tickets. Payloads tell live lists all they need: ids, codes, instants."""

from datetime import datetime
from typing import Any

from sportello.foundation.journal.verbs import Verb, register

#: In every ticket event: where the ticket stands now, so that a stream can tell who may know and which lists change.
STANDING: dict[str, Any] = {
    "version": int,
    "team_id": int,
    "owner_id": int,
    "status": str,
    "sensitivity": str,
    "waits": bool,
    "snoozed": bool,
    "due_at": datetime,
    "before_team_id": int,
    "before_owner_id": int,
    "before_status": str,
    "before_waits": bool,
    "before_snoozed": bool,
    "before_sensitivity": str,
    "before_due_at": datetime,
}


def _ticket(name: str, **payload: Any) -> Verb:
    return Verb(name, "ticket", {**STANDING, **payload})


register(
    _ticket("ticket.opened", channel=str, kind_id=int, entry_id=int),
    # old mail brought in: nothing that acts on new tickets hears it
    _ticket("ticket.archived", entry_id=int, channel=str),
    _ticket("ticket.assigned", entry_id=int),
    _ticket("ticket.moved", entry_id=int),
    _ticket("ticket.kind_changed", kind_id=int, entry_id=int),
    _ticket("ticket.priority_changed", priority=int, entry_id=int),
    _ticket("ticket.sensitivity_changed", entry_id=int),
    _ticket("ticket.customer_changed", customer_id=int),
    _ticket("ticket.waiting", entry_id=int),
    _ticket("ticket.resumed", entry_id=int),
    _ticket("ticket.procedure_changed", procedure_id=int, kind_id=int, entry_id=int),
    _ticket("ticket.promised", entry_id=int, due=datetime),
    _ticket("ticket.closed", outcome=str, entry_id=int),
    _ticket("ticket.confirmed", entry_id=int),
    _ticket("ticket.reopened", by=str, entry_id=int),
    _ticket("ticket.linked", other_id=int, kind=str),
    _ticket("ticket.unlinked", other_id=int, kind=str),
    _ticket("ticket.snoozed", snooze_id=int, until=datetime, entry_id=int),
    _ticket("ticket.woken", snooze_id=int, how=str, entry_id=int),
    _ticket("ticket.tagged", tag_ids=list[int], entry_id=int),
    _ticket("ticket.untagged", tag_ids=list[int], entry_id=int),
    # whom a note names; what tells them reads `mentions.unread_of`, never this alone
    _ticket("ticket.mentioned", member_ids=list[int], entry_id=int),
    # two tickets become one, of the one that ends and of the one that goes on; and two again
    _ticket("ticket.merged", other_id=int, merge_id=int, entry_id=int),
    _ticket("ticket.merged_here", other_id=int, merge_id=int, entry_id=int),
    _ticket("ticket.parted", other_id=int, merge_id=int, entry_id=int),
    _ticket("ticket.parted_here", other_id=int, merge_id=int, entry_id=int),
    _ticket("ticket.split", other_id=int, entry_id=int),
    _ticket("ticket.entries_left", other_id=int, entry_ids=list[int], entry_id=int),
    _ticket("ticket.entries_came", other_id=int, entry_ids=list[int], entry_id=int),
    # nothing changed on the ticket: live lists do not hear it
    Verb("ticket_copy.made", "ticket_copy",
         {"how": str, "entries": int, "notes": bool, "terms": bool, "contacts": bool}),
    Verb("organisation.reopening_set", "organisation", {"days": int}),
    _ticket("message.received", message_id=int, entry_id=int, channel=str, machine=bool),
    _ticket("message.written", message_id=int, entry_id=int, channel=str, moment=str),
    _ticket("note.written", entry_id=int),
    _ticket("contact.recorded", contact_id=int, entry_id=int, channel=str),
    _ticket("notice.given", notice_id=int, moment=str, how=str),
    # about the run, not the ticket: live lists must not be woken by years of history
    Verb("import.ticket_added", "import_run", {"ticket_id": int}),
    _ticket("ticket.suspended", suspension_id=int, cause=str, until=datetime, due=datetime, entry_id=int),
    _ticket("ticket.term_resumed", suspension_id=int, how=str, restart=datetime, due=datetime, entry_id=int),
    _ticket("ticket.extended", extension_id=int, sort=str, due=datetime, entry_id=int),
    _ticket("ticket.paused", entry_id=int),
    _ticket("ticket.unpaused", entry_id=int),
    # the tick: what was due is the event, `happened` its own instant and not that of the look
    _ticket("ticket.warned", moment_id=int, whom=str, happened=datetime, due=datetime),
    _ticket("ticket.term_missed", moment_id=int, term=str, happened=datetime, entry_id=int),
    _ticket("ticket.level_breached", moment_id=int, metric=str, happened=datetime, entry_id=int),
    _ticket("ticket.step_done", step=str, entry_id=int),
    _ticket("ticket.reason_stated", about=str),
    # beside the customer's conversation: a question to an office, and what came back
    _ticket("aside.written", message_id=int, entry_id=int, channel=str, aside_id=int),
    _ticket("aside.answered", message_id=int, entry_id=int, channel=str, aside_id=int, machine=bool),
    _ticket("ticket.forwarded", entry_id=int, aside_id=int),
    _ticket("ticket.approval", entry_id=int, approval_id=int),
    _ticket("ticket.checked", checklist_id=int),
    _ticket("ticket.unknown_case", case_id=int, entry_id=int),
    _ticket("ticket.block_found", block=str, message_id=int),
    Verb("contact.counted", "contact", {"channel": str, "outcome": str}),
    _ticket("code.renewed"),
    # a list of them left the house: by whom and what for is in its reading
    Verb("tickets.exported", "organisation", {"reading_id": int, "rows": int}),
)
