"""Interim and final replies, composed of the blocks the rule asks for; what is missing is said before it is sent.

A final reply leaves without a mandatory block only with a reason, which is kept; the block then no longer stands
against closing (`waived`, registered with `tickets.blockers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean, in_language
from sportello.foundation.journal.actions import Happened, record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership
from sportello.records.procedures.definition import ReplyBlock as BlockRule
from sportello.records.procedures.models import Kind
from sportello.records.tickets import blockers
from sportello.records.tickets.actions import completing, messages
from sportello.records.tickets.actions import terms as clocks
from sportello.records.tickets.models import Closure, Extension, Message, Ticket
from sportello.records.tickets.reach import reach
from sportello.records.tickets.rules import rules_of
from sportello.records.tickets.words import File
from sportello.service.channels import waiting
from sportello.service.channels.models import WaitingReply

from ..models import Complaint, ComplaintReply, ComplaintStage, OfferedRemedy
from . import escalation, stages
from .registering import add_stage, locked

_FINDING, _OUTCOME, _SORT = Complaint.Finding, Closure.Outcome, ComplaintReply.Sort
#: How a ticket ends whose complaint was found so.
OUTCOMES = {
    _FINDING.UPHELD: _OUTCOME.SOLVED,
    _FINDING.PARTLY: _OUTCOME.SOLVED,
    _FINDING.NOT_UPHELD: _OUTCOME.NOT_ACCEPTED,
    _FINDING.NOT_FOR_US: _OUTCOME.FORWARDED,
    _FINDING.WITHDRAWN: _OUTCOME.WITHDRAWN,
}
#: Findings in which something is refused, and in which something is accepted: each has blocks of its own.
REFUSES = frozenset({_FINDING.PARTLY, _FINDING.NOT_UPHELD})
ACCEPTS = frozenset({_FINDING.PARTLY, _FINDING.UPHELD})
#: Blocks that say where else to turn: filled from the rule.
_REMEDY_BLOCKS = frozenset({"remedies", "rights", "adr", "escalation"})
#: Of a rule that names no blocks: what any reply to a complaint says (ISO 10002:2018, 7.8).
_HOUSE = ("claimed", "checks", "conclusion")


@dataclass(frozen=True)
class Block:
    """One part of a reply. `when`: always, refusal, acceptance, interim."""

    code: str
    name: str
    hint: str
    when: str
    is_mandatory: bool
    #: What the form begins with; may be changed.
    proposed: str = ""


def blocks(complaint: Complaint, sort: str) -> list[Block]:
    """The parts of a reply of this sort, in the order of the rule, named in the customer's language."""
    rules = escalation.rules_for(complaint)
    with stages.in_language_of(complaint):
        tongue = get_language() or "it"
        wanted = [one for one in rules.reply_blocks if (one.when == "interim") == (sort == _SORT.INTERIM)]
        found = [_of_rule(complaint, one, tongue) for one in wanted]
        if sort == _SORT.INTERIM:
            return found or _interim_blocks()
        return found or _house_blocks()


def _of_rule(complaint: Complaint, rule: BlockRule, tongue: str) -> Block:
    name = in_language(rule.names, tongue) or rule.code
    return Block(rule.code, name, in_language(rule.hints, tongue), rule.when, rule.mandatory,
                 _proposed(complaint, rule.code))


def _interim_blocks() -> list[Block]:
    return [
        Block("delay_reason", _("Why more time is needed"), "", "interim", True),
        Block("done", _("What was done so far"), "", "interim", False),
    ]


def _house_blocks() -> list[Block]:
    names = {
        "claimed": pgettext("reply", "What you complained of"),
        "checks": pgettext("reply", "What we checked"),
        "conclusion": pgettext("reply", "Our conclusion"),
    }
    return [Block(code, names[code], "", "always", code == "conclusion") for code in _HOUSE]


def _proposed(complaint: Complaint, code: str) -> str:
    if code in _REMEDY_BLOCKS:
        return escalation.text(complaint, clock.now(complaint.organisation))
    if code == "reference":
        values = {"number": complaint.number, "ticket": complaint.ticket.number}
        return _("Complaint %(number)s, ticket %(ticket)s") % values
    if code == "contact":
        name = complaint.responsible.user.name if complaint.responsible else ""
        team = complaint.ticket.team.name_in(complaint.ticket.language)
        return f"{name}, {team}" if name else team
    return ""


def wanted(found: Iterable[Block], finding: str) -> list[Block]:
    """The mandatory blocks of a reply with this finding; of none yet, those that stand in every reply."""
    when = {"always", "interim"}
    when |= {"refusal"} if finding in REFUSES else set()
    when |= {"acceptance"} if finding in ACCEPTS else set()
    return [block for block in found if block.is_mandatory and block.when in when]


def missing(found: Iterable[Block], texts: Mapping[str, str], finding: str) -> list[Block]:
    return [block for block in wanted(found, finding) if not clean(texts.get(block.code, ""))]


def draft_of(complaint: Complaint, sort: str) -> ComplaintReply | None:
    return ComplaintReply.objects.filter(complaint=complaint, sort=sort, sent_at__isnull=True).first()


def compose(complaint: Complaint, sort: str, texts: Mapping[str, str], at: datetime) -> str:
    """The words that leave, in the customer's language: each block under its name, then where else to turn."""
    found = blocks(complaint, sort)
    with stages.in_language_of(complaint):
        parts = [_("Complaint %(number)s, ticket %(ticket)s") % {
            "number": complaint.number, "ticket": complaint.ticket.number}]
        parts += [f"{block.name}\n{clean(texts[block.code])}" for block in found if clean(texts.get(block.code, ""))]
        if sort == _SORT.FINAL and not _tells_ways(found, texts):
            parts.append(escalation.text(complaint, at))
        name = complaint.responsible.user.name if complaint.responsible else ""
        parts.append("\n".join(filter(None, [name, complaint.organisation.name])))
    return "\n\n".join(parts)


def _tells_ways(found: Iterable[Block], texts: Mapping[str, str]) -> bool:
    return any(block.code in _REMEDY_BLOCKS and clean(texts.get(block.code, "")) for block in found)


def save(
    complaint: Complaint, sort: str, texts: Mapping[str, str], *, finding: str = "", by: Membership
) -> ComplaintReply:
    """Keep what is written so far; one draft of a sort."""
    stages.refuse_over(complaint)
    before = draft_of(complaint, sort)
    if before is not None and is_leaving(before):
        raise Refusal(_("This reply is on its way already: take it back on the ticket to change it."))
    if sort not in _SORT.values:
        raise Refusal(_("Choose which reply it is."))
    known = {block.code for block in blocks(complaint, sort)}
    kept = {code: clean(text) for code, text in texts.items() if code in known}
    with transaction.atomic():
        locked(complaint)
        reply, _made = ComplaintReply.objects.update_or_create(
            organisation_id=complaint.organisation_id, complaint=complaint, sort=sort, sent_at=None,
            defaults={"blocks": kept, "finding": finding if finding in _FINDING.values else "", "by_member": by,
                      "written_at": clock.now(complaint.organisation)},
        )
    return reply


def send_interim(
    complaint: Complaint, texts: Mapping[str, str], *, by: Membership, base_position: int,
    files: Sequence[File] = (), seconds: int = 0,
) -> ComplaintReply:
    """Say what was done and why more time is needed. Where the rule knows an interim reply, the term moves with it: it
    is a notice then, which leaves at once and carries no files; else it leaves as any answer."""
    stages.refuse_over(complaint)
    _refuse_incomplete(complaint, _SORT.INTERIM, texts, "", "")
    ticket = complaint.ticket
    moves = rules_of(ticket.procedure).interim is not None
    if moves and files:
        raise Refusal(
            _("An interim reply that moves the term is a notice: it carries no files. Send them by themselves.")
        )
    with transaction.atomic():
        reply = save(complaint, _SORT.INTERIM, texts, by=by)
        messages.refuse_answer(Ticket.objects.get(pk=ticket.pk), "x", base_position)
        words = compose(complaint, _SORT.INTERIM, texts, clock.now(complaint.organisation))
        if moves:
            extension = clocks.extend(ticket, by=by, reason=words, sort=Extension.Sort.INTERIM)
            message = Message.objects.filter(entry__ticket=ticket, notice_moment="interim").order_by("-id").first()
            _sent(reply, message, extension.made_at, by)
        else:
            _let_leave(reply, words, by, base_position, files, seconds)
    return reply


def send_final(
    complaint: Complaint, texts: Mapping[str, str], *, finding: str, by: Membership, base_position: int,
    left_out_why: str = "", files: Sequence[File] = (), seconds: int = 0,
) -> ComplaintReply:
    """Decide and tell: response and decision are stages of their own, reached when it leaves (`on_written`). Closing
    stays the ticket's own verb."""
    stages.refuse_over(complaint)
    if finding not in _FINDING.values:
        raise Refusal(_("Choose what was decided."), field="finding")
    without = _refuse_incomplete(complaint, _SORT.FINAL, texts, finding, left_out_why)
    with transaction.atomic():
        reply = save(complaint, _SORT.FINAL, texts, finding=finding, by=by)
        words = compose(complaint, _SORT.FINAL, texts, clock.now(complaint.organisation))
        reply.left_out, reply.left_out_why = [block.code for block in without], clean(left_out_why) if without else ""
        reply.save(update_fields=["left_out", "left_out_why"])
        _let_leave(reply, words, by, base_position, files, seconds)
    complaint.refresh_from_db(fields=["finding", "answered_at"])
    return reply


def _let_leave(
    reply: ComplaintReply, words: str, by: Membership, base_position: int, files: Sequence[File], seconds: int
) -> None:
    """By the way of every reply of persons: with files, its size looked at, for some seconds in its author's hands."""
    ticket = Ticket.objects.select_related("organisation", "customer", "kind").get(pk=reply.complaint.ticket_id)
    if is_leaving(reply):
        raise Refusal(_("This reply is on its way already: take it back on the ticket to change it."))
    reply.composed = clean(words)
    reply.save(update_fields=["composed"])
    way = reach(ticket)
    to = [(way.name, way.address)] if way.address else []
    heard = ticket.kind.family == Kind.Family.COMPLAINT
    answer = waiting.Reply(words, base_position, to, files=list(files))
    left = waiting.send(ticket, by, answer, seconds=seconds if heard else 0)
    if isinstance(left, Message) and not heard:  # it became another kind since it was registered
        _left(reply, left)
    reply.refresh_from_db()


def is_leaving(reply: ComplaintReply) -> bool:
    """Sent by its author, and still to be undone or held back."""
    if not reply.composed or reply.is_sent:
        return False
    return WaitingReply.objects.filter(ticket=reply.complaint.ticket_id, text=reply.composed).exists()


def of_words(ticket: Ticket, words: str) -> ComplaintReply | None:
    """The reply to a complaint on this ticket that these words are, while it has not left."""
    rows = ComplaintReply.objects.filter(complaint__ticket=ticket, sent_at__isnull=True).exclude(composed="")
    return rows.filter(composed=clean(words)).select_related("complaint__ticket__organisation").first()


def on_written(event: Happened) -> None:
    """Reaction to `message.written`: a reply to a complaint has left, by whatever door. One look for tickets that are
    complaints, none for others."""
    ticket = event.subject
    if not isinstance(ticket, Ticket) or ticket.kind.family != Kind.Family.COMPLAINT or event.payload.get("moment"):
        return
    if not ComplaintReply.objects.filter(complaint__ticket=ticket, sent_at__isnull=True).exclude(composed="").exists():
        return
    message = Message.objects.select_related("entry").get(pk=event.payload["message_id"])
    reply = of_words(ticket, message.text)
    if reply is not None:
        _left(reply, message)


def _left(reply: ComplaintReply, message: Message) -> None:
    """What follows a reply that left: of a final one, stages, finding, blocks and steps."""
    reply = ComplaintReply.objects.select_related(
        "by_member__user", "complaint__organisation", "complaint__ticket__procedure"
    ).get(pk=reply.pk)
    at, by, complaint = message.entry.happened_at, reply.by_member, reply.complaint
    _sent(reply, message, at, by)
    if reply.sort != _SORT.FINAL:
        return
    row = locked(complaint)
    row.finding, row.answered_at = reply.finding, at
    row.save(update_fields=["finding", "answered_at"])
    add_stage(row, ComplaintStage.Code.RESPONSE, at, by=by)
    add_stage(row, ComplaintStage.Code.DECISION, at, by=by)
    known = {one.code for one in rules_of(complaint.ticket.procedure).reply_blocks}
    found = {code: message.pk for code, text in reply.blocks.items() if text and code in known}
    if found:
        completing.blocks_found(complaint.ticket, found, by=by)
    stages.do_steps(complaint, by=by)


def _refuse_incomplete(
    complaint: Complaint, sort: str, texts: Mapping[str, str], finding: str, why: str
) -> list[Block]:
    """The mandatory blocks it leaves without; Refusal, naming them, when there is no reason for it."""
    without = missing(blocks(complaint, sort), texts, finding)
    if without and not clean(why):
        names = ", ".join(block.name for block in without)
        raise Refusal(
            _("It cannot be sent yet. Missing: %(what)s. Write them, or say why the reply leaves without.")
            % {"what": names},
            field="left_out_why",
        )
    return without


def _sent(reply: ComplaintReply, message: Message | None, at: datetime, by: Membership) -> None:
    reply.sent_at, reply.message, reply.by_member = at, message, by
    reply.save()
    complaint = reply.complaint
    record(
        complaint.organisation, "complaint.replied", complaint, person(by.user_id), at=at,
        ticket_id=complaint.ticket_id, reply_id=reply.pk, sort=reply.sort, finding=reply.finding,
        left_out=list(reply.left_out),
    )


# ---- what stands against closing


def waived(ticket: Ticket) -> set[str]:
    """Blocks the newest final reply left out with a reason: they are no longer asked for."""
    reply = (
        ComplaintReply.objects.filter(complaint__ticket=ticket, sort=_SORT.FINAL, sent_at__isnull=False)
        .order_by("-id").first()
    )
    return set(reply.left_out) if reply is not None else set()


def blocker(ticket: Ticket, outcome: str) -> Iterable[blockers.Missing]:
    """A remedy waits for approval; or the ticket runs under another rule than its complaint, whose blocks it does not
    ask for. One query, none for what is no complaint."""
    if outcome in blockers.WITHOUT_ANSWER or ticket.kind.family != Kind.Family.COMPLAINT:
        return
    asked = OfferedRemedy.objects.filter(complaint=OuterRef("pk"), state=OfferedRemedy.State.ASKED)
    rows = Complaint.objects.filter(ticket=ticket, annulled_at__isnull=True).select_related("procedure")
    complaint = rows.annotate(waits=Exists(asked)).first()
    if complaint is None:
        return
    if complaint.waits:
        yield blockers.Missing("complaint_remedy", _("the decision on a remedy that waits for approval"), "complaint")
    asks = blockers.wanted_blocks(rules_of(complaint.procedure), outcome)
    if complaint.answered_at is None and complaint.procedure_id != ticket.procedure_id and asks:
        yield blockers.Missing("complaint_reply", _("the final reply to the complaint"), "complaint")
