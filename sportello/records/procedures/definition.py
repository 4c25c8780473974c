"""What a procedure is: the typed shape of one version, as packs, pages and running terms read it. Pure.

`Definition.from_data` reads plain data (YAML, JSON) and raises DefinitionError with every problem in a sentence;
`to_data` gives the same data back. Every value of a rule is `Sourced`: source, confidence and, where it is C or M,
the question the office must answer (`open_values`). A part without its own source or confidence has the whole's.

Lengths are a value and a unit of `counting.Unit`; money is in euro cents; texts are `{language: text}`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sportello.records.procedures.calendar_data import Problem
from sportello.records.procedures.definition_parts import (
    CONFIDENCES,
    Reader,
    Sourced,
    Texts,
    a_choice,
    a_code,
    a_day,
    a_flag,
    a_many,
    a_record,
    a_text,
    a_texts,
    a_whole,
    part,
    plain,
)

__all__ = ["CONFIDENCES", "Definition", "DefinitionError", "OpenValue", "Problem", "Texts"]

UNITS: Final = ("open_hours", "calendar_days", "working_days", "months")
ROLLS: Final = ("none", "festivo", "festivo_and_saturday")
#: Same codes as `Kind.Family`; a test holds the two lists together.
FAMILIES: Final = ("information", "service", "fault", "complaint", "suggestion", "praise", "rights")
#: What starts a term, or what a date is counted from.
EVENTS: Final = (
    "received",  # it reached the office, or its mailbox
    "presented",  # filed by the person, at the counter or through a portal
    "protocolled",  # entered in the register
    "notified",  # an act reached its addressee
    "delivered",  # goods, or a message by certified mail, were delivered
    "concluded",  # the contract was made
    "happened",  # the fact complained of
    "answered",  # the final answer was given
    "due",  # the main term ended without an answer
    "closed",  # the ticket was closed
    "appealed",  # a second-level request was filed
    "told",  # the customer told us (withdrawal, defect)
)
#: Where the operator is asked to say why.
REASONS: Final = ("procedure", "tool", "tone", "remedy", "outcome", "suspension", "priority")
SERVICE_LEVELS: Final = ("first_answer", "next_answer", "periodic_update", "customer_wait", "work", "total")


@dataclass(frozen=True, kw_only=True)
class Span:
    """A length of time counted from an event: "30 days after the answer"."""

    value: int = part(a_whole(0, 3_660))
    unit: str = part(a_choice(*UNITS))
    roll: str = part(a_choice(*ROLLS), "none")
    after: str = part(a_choice(*EVENTS), "received")


@dataclass(frozen=True, kw_only=True)
class TermRule(Sourced):
    """A term. `on` says whose: ours are kept to the safe day, the customer's are told as rolled."""

    code: str = part(a_code(), "conclusion")
    names: Texts = part(a_texts(), {})
    value: int = part(a_whole(1, 3_660))
    unit: str = part(a_choice(*UNITS))
    roll: str = part(a_choice(*ROLLS), "festivo")
    on: str = part(a_choice("us", "customer", "third_party"), "us")
    #: Working days are those on which the office opens, not those of the law (Monday to Friday, no holiday).
    office_days: bool = part(a_flag(), False)
    #: Empty: the definition's start event.
    after: str = part(a_choice(*EVENTS), "")


@dataclass(frozen=True, kw_only=True)
class Acknowledgement(Sourced):
    """`immediate`: given while the request is taken. `within`: inside the span."""

    when: str = part(a_choice("none", "immediate", "within"), "none")
    value: int = part(a_whole(0, 366), 0)
    unit: str = part(a_choice(*UNITS), "calendar_days")
    #: Codes of what it must hold: number, received_at, term, silence, office, responsible, remedies, content…
    contents: tuple[str, ...] = part(a_many(a_code()), ())


@dataclass(frozen=True, kw_only=True)
class Step(Sourced):
    """One stage of the work."""

    code: str = part(a_code())
    names: Texts = part(a_texts())
    #: Who does it: operator, specialist, supervisor, customer (on their page of the portal), or a role of the office's
    #: own ("rpct").
    role: str = part(a_code(), "operator")
    #: Slug of the team or competent office; empty: the ticket's.
    team: str = part(a_text(60), "")
    #: Slug of the form filled in, code of the notice given.
    form: str = part(a_text(60), "")
    notice: str = part(a_text(60), "")
    #: The internal term of the step.
    term: Span | None = part(a_record(Span), None)
    mandatory: bool = part(a_flag(), True)


@dataclass(frozen=True, kw_only=True)
class ChecklistItem:
    """One line to tick; a mandatory one stands against closing."""

    names: Texts = part(a_texts())
    mandatory: bool = part(a_flag(), True)


@dataclass(frozen=True, kw_only=True)
class Checklist(Sourced):
    """What is looked at on every ticket of the procedure."""

    code: str = part(a_code())
    names: Texts = part(a_texts())
    items: tuple[ChecklistItem, ...] = part(a_many(a_record(ChecklistItem)))


@dataclass(frozen=True, kw_only=True)
class InterimReply(Sourced):
    """A reply that says why more time is needed; the term then ends `value` units after its own start."""

    #: The whole, from the start of the term; 0: the interim reply moves nothing.
    value: int = part(a_whole(0, 3_660), 0)
    unit: str = part(a_choice(*UNITS), "calendar_days")
    roll: str = part(a_choice(*ROLLS), "festivo")
    reason_required: bool = part(a_flag(), True)
    #: How often it may be given.
    times: int = part(a_whole(1, 100), 1)


@dataclass(frozen=True, kw_only=True)
class Suspension(Sourced):
    """A cause that stops the term (`suspends`: what was used is kept) or starts it afresh (`interrupts`).

    `withholds` stops nothing: what is due may wait for the answer, if that comes after the term (a refund, for the
    goods to come back).

    The term goes on when the awaited answer comes, `after_answer` days later where the law says so; without an
    answer it goes on when `window` days have passed since the stop, at the latest after `max` days.
    """

    code: str = part(a_code())
    names: Texts = part(a_texts())
    effect: str = part(a_choice("suspends", "interrupts", "withholds"), "suspends")
    #: In calendar days; 0: no limit is set.
    max: int = part(a_whole(0, 366), 0)
    #: Once in the life of a ticket.
    once: bool = part(a_flag(), False)
    window: int = part(a_whole(0, 366), 0)
    after_answer: int = part(a_whole(0, 366), 0)
    #: It may only begin within this many days of the start; 0: at any time.
    within: int = part(a_whole(0, 366), 0)
    document_required: bool = part(a_flag(), False)
    #: Whose answer ends it: the customer's, a third party's, another office's.
    waits_for: str = part(a_choice("customer", "third_party", "office", "nobody"), "customer")


@dataclass(frozen=True, kw_only=True)
class Silence(Sourced):
    """What the end of the term without an answer means."""

    effect: str = part(a_choice("none", "refusal", "assent", "escalate"), "none")
    names: Texts = part(a_texts(), {})


@dataclass(frozen=True, kw_only=True)
class ReplyBlock(Sourced):
    """What a reply must contain. `when`: any reply, only a refusal, only an acceptance, only an interim one."""

    code: str = part(a_code())
    names: Texts = part(a_texts())
    hints: Texts = part(a_texts(), {})
    when: str = part(a_choice("always", "refusal", "acceptance", "interim"), "always")
    mandatory: bool = part(a_flag(), True)


@dataclass(frozen=True, kw_only=True)
class Compensation(Sourced):
    """What is owed once the answer is late by `late_from` days (after the term, or after `after` the start).

    `amount` cents once or a day; or `percent` of the price; never more than `cap`, nothing under `floor`.
    """

    code: str = part(a_code())
    names: Texts = part(a_texts())
    late_from: int = part(a_whole(0, 3_660), 1)
    late_to: int = part(a_whole(0, 3_660), 0)
    counted_from: str = part(a_choice("due", "received"), "due")
    amount: int = part(a_whole(0, 100_000_000), 0)
    percent: int = part(a_whole(0, 100), 0)
    per: str = part(a_choice("once", "day"), "once")
    cap: int = part(a_whole(0, 100_000_000), 0)
    floor: int = part(a_whole(0, 100_000_000), 0)
    automatic: bool = part(a_flag(), False)


@dataclass(frozen=True, kw_only=True)
class Remedy(Sourced):
    """Where one may go next, from when and until when. Both spans absent: at any time."""

    code: str = part(a_code())
    names: Texts = part(a_texts())
    body: Texts = part(a_texts(), {})
    sort: str = part(a_choice("review", "ombudsman", "conciliation", "arbitrator", "authority", "court"), "review")
    opens: Span | None = part(a_record(Span), None)
    closes: Span | None = part(a_record(Span), None)
    #: It also opens at once when the answer does not satisfy.
    on_poor_answer: bool = part(a_flag(), True)
    #: The body's own time to decide.
    decides: Span | None = part(a_record(Span), None)
    mandatory_before_court: bool = part(a_flag(), False)
    #: The highest value in dispute, and the fee; 0: none.
    ceiling: int = part(a_whole(0, 10_000_000_000), 0)
    fee: int = part(a_whole(0, 100_000_000), 0)
    conditions: Texts = part(a_texts(), {})


@dataclass(frozen=True, kw_only=True)
class Retention(Sourced):
    """How long the papers are kept: `years` after `after`, 0: as the body's own plan says."""

    years: int = part(a_whole(0, 200), 0)
    after: str = part(a_choice(*EVENTS), "closed")
    names: Texts = part(a_texts(), {})


@dataclass(frozen=True, kw_only=True)
class ServiceLevel(Sourced):
    """A target of the house in opening hours (or days); `warn` hours of the same unit before it falls due."""

    code: str = part(a_choice(*SERVICE_LEVELS))
    value: int = part(a_whole(1, 36_500))
    unit: str = part(a_choice(*UNITS), "open_hours")
    #: Empty: tickets of every priority.
    priority: str = part(a_text(20), "")
    warn: int = part(a_whole(0, 36_500), 0)


@dataclass(frozen=True, kw_only=True)
class OpenValue:
    """A value of confidence C or M: `key` names it for good ("term", "suspensions.third_parties")."""

    key: str
    value: Sourced

    @property
    def question(self) -> Texts:
        return self.value.question


class DefinitionError(ValueError):
    """The data describe no procedure; `problems` lists all that is wrong, `str()` joins the sentences."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Definition(Sourced):
    """One version of a procedure."""

    code: str = part(a_code())
    names: Texts = part(a_texts())
    #: What it is about: pa, privacy, ecommerce, energy, house…
    domain: str = part(a_code(), "house")
    #: The kind of request it handles, made with these words where the office has none of this slug.
    kind: str = part(a_code())
    family: str = part(a_choice(*FAMILIES))
    hints: Texts = part(a_texts(), {})
    #: Whom the rule binds; who may ask; what sets it off.
    applies_to: Texts = part(a_texts(), {})
    who: Texts = part(a_texts(), {})
    trigger: Texts = part(a_texts(), {})
    start_event: str = part(a_choice(*EVENTS), "received")
    term: TermRule = part(a_record(TermRule))
    #: Further dates that follow from the same request: the customer's window, a refund, a third party's days.
    deadlines: tuple[TermRule, ...] = part(a_many(a_record(TermRule)), ())
    acknowledgement: Acknowledgement | None = part(a_record(Acknowledgement), None)
    steps: tuple[Step, ...] = part(a_many(a_record(Step)), ())
    checklists: tuple[Checklist, ...] = part(a_many(a_record(Checklist)), ())
    interim: InterimReply | None = part(a_record(InterimReply), None)
    suspensions: tuple[Suspension, ...] = part(a_many(a_record(Suspension)), ())
    silence: Silence | None = part(a_record(Silence), None)
    reply_blocks: tuple[ReplyBlock, ...] = part(a_many(a_record(ReplyBlock)), ())
    compensation: tuple[Compensation, ...] = part(a_many(a_record(Compensation)), ())
    remedies: tuple[Remedy, ...] = part(a_many(a_record(Remedy)), ())
    retention: Retention | None = part(a_record(Retention), None)
    service_levels: tuple[ServiceLevel, ...] = part(a_many(a_record(ServiceLevel)), ())
    #: Where the operator must give the reason of a choice.
    reasons: tuple[str, ...] = part(a_many(a_choice(*REASONS)), ())
    notes: Texts = part(a_texts(), {})
    valid_from: date = part(a_day())
    valid_to: date | None = part(a_day(), None)
    #: Whether a pack of this procedure may be on as shipped; what is unsure is off whatever this says.
    on: bool = part(a_flag(), True)

    @classmethod
    def from_data(cls, data: object) -> Definition:
        """The definition in `data`. Raises DefinitionError with all that is wrong."""
        reader = Reader()
        if isinstance(data, dict):
            reader.source = str(data.get("source") or "")
            reader.confidence = str(data.get("confidence") or "")
        read = reader.record(cls, data, "")
        if read is not None:
            _check(read, reader)
        if reader.problems or read is None:
            raise DefinitionError(reader.problems)
        return read

    def to_data(self) -> dict[str, Any]:
        """The data again, as JSON would have them; `from_data(to_data())` is an equal definition."""
        written = plain(self, source=self.source, confidence=self.confidence)
        own = {"source": self.source, "confidence": self.confidence}
        return {**written, **{name: value for name, value in own.items() if value}}

    def sourced_values(self) -> Iterator[tuple[str, Sourced]]:
        """Every value that has a source, with the key that names it."""
        for each in dataclasses.fields(self):
            held = getattr(self, each.name)
            if isinstance(held, Sourced):
                yield each.name, held
            elif isinstance(held, tuple):
                for item in held:
                    if isinstance(item, Sourced):
                        yield f"{each.name}.{_name_of(item)}", item

    def open_values(self) -> list[OpenValue]:
        """What the office must confirm before this procedure is switched on."""
        return [OpenValue(key=key, value=value) for key, value in self.sourced_values() if value.is_unsure]

    def suspension(self, cause: str) -> Suspension | None:
        return next((each for each in self.suspensions if each.code == cause), None)


def _name_of(item: Sourced) -> str:
    name = str(getattr(item, "code", ""))
    priority = getattr(item, "priority", "")
    return f"{name}-{priority}" if priority else name


def _check(read: Definition, reader: Reader) -> None:
    """What only the whole can tell."""
    seen: set[str] = set()
    for key, _value in read.sourced_values():
        if key in seen:
            reader.wrong("twice", key, key, "this code stands twice: give each its own.")
        seen.add(key)
    if read.valid_to is not None and read.valid_to < read.valid_from:
        reader.wrong("ends_before", "valid_to", read.valid_to, "it ends before it begins (valid_from).")
    ack = read.acknowledgement
    if ack is not None and ack.when == "within" and not ack.value:
        reader.wrong("no_length", "acknowledgement", "", "say within how many days the receipt is given (value).")
    for each in read.compensation:
        if bool(each.amount) == bool(each.percent):
            reader.wrong("no_amount", f"compensation.{each.code}", "", "give an amount or a percentage, not both.")
