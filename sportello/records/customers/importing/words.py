"""What became of a line of a list, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from .. import check_words


@dataclass(frozen=True)
class Outcome:
    """`sign` stands for it in a run's row of outcomes; `of` is the sort of lists that has it, empty: all."""

    sign: str
    word: Any
    of: str = ""


#: What may become of a line, in the order of the report.
OUTCOMES: dict[str, Outcome] = {
    "added": Outcome("a", gettext_lazy("new")),
    "opened": Outcome("o", gettext_lazy("new, open"), "tickets"),
    "completed": Outcome("c", gettext_lazy("known, completed"), "customers"),
    "same": Outcome("s", gettext_lazy("known, nothing new")),
    "refused": Outcome("r", gettext_lazy("not taken")),
}


def outcomes_of(sort: str) -> dict[str, Outcome]:
    return {code: outcome for code, outcome in OUTCOMES.items() if outcome.of in ("", sort)}


SENTENCES: dict[str, Any] = {
    "too_large": gettext_lazy("The file is too large: cut it into parts of at most 30 MB."),
    "too_many_rows": gettext_lazy("The file has more than 200,000 lines: cut it into parts."),
    "no_rows": gettext_lazy("The file has no lines below the first one, which names the columns."),
    "not_a_table": gettext_lazy("This is not a table in CSV: save it as CSV from your spreadsheet."),
    "nobody": gettext_lazy("Neither a name nor a way to reach them: the line is left out."),
    "left_out": gettext_lazy("%(field)s “%(value)s” is left out: %(why)s"),
    "of_another": gettext_lazy("%(field)s “%(value)s” belongs to another customer (%(customer)s) and stays theirs."),
    "doubted": gettext_lazy("%(field)s “%(value)s” was taken: %(why)s"),
    "as_line": gettext_lazy("The same customer as on line %(line)s (%(field)s)."),
    "date": gettext_lazy("%(field)s “%(value)s” is no date: write 2026-03-31 or 31/03/2026."),
    "no_subject": gettext_lazy("A ticket needs a subject: the line is left out."),
    "no_opened": gettext_lazy("A ticket needs the date it was opened: the line is left out."),
    "closed_before": gettext_lazy("It is closed before it was opened: the line is left out."),
    "in_future": gettext_lazy("The date is still to come: the line is left out."),
    "no_reference": gettext_lazy("Without a reference the line would come in again with every import: it is left out."),
    "no_kind": gettext_lazy("The kind “%(value)s” is not known here: it counts as “%(kind)s”."),
    "no_team": gettext_lazy("The team “%(value)s” is not known here: it goes to “%(team)s”."),
    "no_closed": gettext_lazy("It is closed, and nothing says when: it counts as closed when it was opened."),
    "still_open": gettext_lazy("Its state says that it is open: the date of its closing is left out."),
    "no_state_open": gettext_lazy("The state “%(value)s” is not known here: with no closing date it comes in open."),
    "no_state_closed": gettext_lazy("The state “%(value)s” is not known here: with a closing date it comes in closed."),
    "no_outcome": gettext_lazy("The outcome “%(value)s” is not known here: it counts as “Solved”."),
    "no_channel": gettext_lazy("The channel “%(value)s” is not known here: it counts as a letter."),
    "no_owner": gettext_lazy("“%(value)s” does not work here, or is two people: nobody has the ticket."),
    "no_hour": gettext_lazy("The hour of “%(value)s” cannot be read: it counts as noon."),
    "tags_left_out": gettext_lazy("Tags left out: %(why)s"),
    "no_customer": gettext_lazy("Nobody is named: the ticket is open, and nobody can be answered."),
    "late": gettext_lazy("Its term ended on %(day)s: it comes in late."),
    "twice": gettext_lazy("The same reference as on line %(line)s: it is taken once."),
    "failed": gettext_lazy("This line could not be taken. The others were; tell who runs the installation."),
}


def sentence(code: str, facts: dict[str, Any]) -> str:
    """In the language of the screen. `why` among the facts is the code of a check with its own facts."""
    if code == "said":  # a refusal of the room, kept in the words it was said in
        return str(facts.get("why", ""))
    known = dict(facts)
    if isinstance(known.get("why"), list):
        doubt_code, doubt_facts = known["why"]
        text = str(check_words.SENTENCES.get(doubt_code, ""))
        known["why"] = text % doubt_facts if doubt_facts else text
    if "day" in known:
        known["day"] = date_format(date.fromisoformat(str(known["day"])), "SHORT_DATE_FORMAT")
    if "field" in known:
        from .fields import label

        known["field"] = label(str(known["field"]))
    text = str(SENTENCES[code])
    return text % known if known else text
