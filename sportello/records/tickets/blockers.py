"""What stands against closing a ticket, said one by one. Rooms above add their own through `register`.

A blocker is a function of the ticket and the outcome it is to have; it says what is missing, nothing when all is there.
`backoffice` and others register theirs when Django starts (`apps.ready`): tickets know none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.records.procedures.definition import Definition, ReplyBlock
from sportello.records.procedures.models import NoticeTemplate

from .models import Closure, Notice, StatedReason, StepDone, Ticket
from .models import ReplyBlock as GivenBlock
from .rules import rules_of

_OUTCOME = Closure.Outcome
#: Nothing was decided: no answer is owed that would need its blocks, steps and reasons.
WITHOUT_ANSWER = frozenset({_OUTCOME.WITHDRAWN, _OUTCOME.DUPLICATE, _OUTCOME.NO_ANSWER})
_REFUSALS = frozenset({_OUTCOME.NOT_ACCEPTED})
_ACCEPTANCES = frozenset({_OUTCOME.SOLVED})
#: The reasons that are rows of their own; the others stand where they are given (outcome, suspension, priority).
ASKED_REASONS = tuple(StatedReason.About.values)


@dataclass(frozen=True)
class Missing:
    """`code` says what (block, notice, step, reason, or the room's own), `name` which, `mend` where on the desk."""

    code: str
    name: str
    mend: str = ""


Blocker = Callable[[Ticket, str], Iterable[Missing]]
_REGISTERED: dict[str, Blocker] = {}
#: Codes of blocks a room above let go, each with a reason it keeps.
Waiver = Callable[[Ticket], set[str]]
_WAIVERS: dict[str, Waiver] = {}


def register(name: str, blocker: Blocker) -> None:
    """Add a blocker of a room above; the same name again takes its place."""
    _REGISTERED[name] = blocker


def register_waiver(name: str, waiver: Waiver) -> None:
    """A room above may let blocks of a reply go, with a reason it keeps; the same name again takes its place."""
    _WAIVERS[name] = waiver


def are_registered() -> bool:
    return bool(_REGISTERED)


def missing(ticket: Ticket, outcome: str = "", *, owes_notices: bool = True) -> list[Missing]:
    """All that is missing before `ticket` can be closed with `outcome` (empty: with an answer). `owes_notices`: False
    where the ledger has been read and nothing is due in it."""
    found = [*(_notices(ticket) if owes_notices else ()), *_own(ticket, outcome)]
    for name in sorted(_REGISTERED):
        found.extend(_REGISTERED[name](ticket, outcome))
    return found


def sentence(found: Iterable[Missing]) -> str:
    """What is missing, as one sentence for who wanted to close."""
    return _("It cannot be closed yet. Missing: %(what)s.") % {"what": "; ".join(one.name for one in found)}


def before_merging(found: Iterable[Missing]) -> str:
    """The same for who wanted the ticket to go on in another one."""
    return _(
        "This ticket cannot go on in another one yet. First: %(what)s. Or merge the other one into this one."
    ) % {"what": "; ".join(one.name for one in found)}


def _own(ticket: Ticket, outcome: str) -> Iterable[Missing]:
    rules = rules_of(ticket.procedure)
    if outcome in WITHOUT_ANSWER:
        return
    yield from _blocks(ticket, rules, outcome)
    yield from _steps(ticket, rules)
    yield from _reasons(ticket, rules)


def wanted_blocks(rules: Definition, outcome: str) -> list[ReplyBlock]:
    """The mandatory blocks of a final reply with `outcome`; an interim reply has its own."""
    when = {"always"}
    when |= {"refusal"} if outcome in _REFUSALS else set()
    when |= {"acceptance"} if outcome in _ACCEPTANCES else set()
    return [block for block in rules.reply_blocks if block.mandatory and block.when in when]


def given_blocks(ticket: Ticket) -> set[str]:
    """Blocks found in any message of the ticket since it was last opened."""
    blocks = GivenBlock.objects.filter(ticket=ticket)
    last = Closure.objects.filter(ticket=ticket, reopened_at__isnull=False).order_by("-reopened_at").first()
    if last is not None and last.reopened_at is not None:
        blocks = blocks.filter(at__gte=last.reopened_at)
    return set(blocks.values_list("code", flat=True))


def _blocks(ticket: Ticket, rules: Definition, outcome: str) -> Iterable[Missing]:
    wanted = wanted_blocks(rules, outcome)
    if wanted:
        given = given_blocks(ticket).union(*(waiver(ticket) for waiver in _WAIVERS.values()))
        for block in wanted:
            if block.code not in given:
                name = _name(block.names, block.code)
                yield Missing("block", _("in the reply, “%(name)s”") % {"name": name}, "composer")


def _notices(ticket: Ticket) -> Iterable[Missing]:
    for notice in Notice.objects.filter(ticket=ticket, state=Notice.State.DUE, is_required=True).order_by("id"):
        mend = f"notices/{notice.pk}"
        if notice.party == Notice.Party.THIRD_PARTY:
            yield Missing("notice", _("the notice to %(name)s") % {"name": notice.party_name}, mend)
        else:
            yield Missing("notice", _("the notice “%(name)s”") % {"name": _moment(notice.moment)}, mend)


def _moment(code: str) -> str:
    return str(dict(NoticeTemplate.Moment.choices).get(code, code))


def _steps(ticket: Ticket, rules: Definition) -> Iterable[Missing]:
    wanted = [step for step in rules.steps if step.mandatory]
    if wanted:
        done = set(StepDone.objects.filter(ticket=ticket).values_list("code", flat=True))
        for step in wanted:
            if step.code not in done:
                yield Missing("step", _("the step “%(name)s”") % {"name": _name(step.names, step.code)}, "steps")


def asked_reasons(rules: Definition) -> list[str]:
    return [about for about in rules.reasons if about in ASKED_REASONS]


def _reasons(ticket: Ticket, rules: Definition) -> Iterable[Missing]:
    asked = asked_reasons(rules)
    if asked:
        stated = set(StatedReason.objects.filter(ticket=ticket).values_list("about", flat=True))
        words = {
            "procedure": _("why this procedure"),
            "tool": _("why this tool"),
            "tone": _("why this tone"),
            "remedy": _("why this remedy"),
        }
        for about in asked:
            if about not in stated:
                yield Missing("reason", words[about], "reasons")


def _name(names: dict[str, str], code: str) -> str:
    return in_language(names, get_language() or "it") or code
