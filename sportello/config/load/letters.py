"""The letters Sportello itself writes, as lines of COPY: the office's own texts, filled once for many tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.utils import translation

from sportello.foundation.tenancy import clock
from sportello.records.tickets import codes, notice_words, reopening
from sportello.records.tickets.models import Closure, Ticket

from .lexemes import Lexemes, Lexicon
from .lines import escaped
from .office import Office, Way

#: Stand for what differs from ticket to ticket until it is known; no text has them.
_NUMBER, _SUBJECT, _RECEIVED, _REASON = _SIGNS = "\x01", "\x02", "\x03", "\x04"


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str
    #: Words of the subject but for the ticket's number; None where another of its own stands in it.
    plain: str | None = None

    def lexemes(self, lexicon: Lexicon, number: Lexemes) -> Lexemes:
        """Of the subject; `number`: of the ticket's number."""
        return lexicon.of_all(self.subject) if self.plain is None else lexicon.of_again(self.plain) | number


class Letters:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._filled = lru_cache(maxsize=20_000)(self._fill)
        self._zone = clock.zone(office.organisation)

    def receipt(self, way: Way, language: str, number: str, subject: str, at: datetime, due: datetime) -> Letter:
        filled = self._filled("receipt", way, language, due.astimezone(self._zone).date(), "")
        received = self._day(at.astimezone(self._zone).date(), language) + at.astimezone(self._zone).strftime("%H:%M")
        return _put(filled, number, subject, received, "")

    def closed(self, way: Way, language: str, number: str, subject: str, outcome: str, reason: str) -> Letter:
        return _put(self._filled("closed", way, language, None, outcome), number, subject, "", reason)

    @lru_cache(maxsize=4_000)  # noqa: B019 - lives as long as the load does
    def _day(self, day: date, language: str) -> str:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self._zone)
        with translation.override(language):
            return escaped(notice_words.moment_words(self._office.organisation, noon))[: -len("12:00")]

    def _fill(self, moment: str, way: Way, language: str, due: date | None, outcome: str) -> Letter:
        """As the product writes it (`records/tickets/notices.py`), with signs where a ticket puts its own."""
        organisation, team = self._office.organisation, way.routed.team
        promised = datetime(due.year, due.month, due.day, 12, tzinfo=self._zone) if due else None
        ticket = Ticket(organisation=organisation, team=team, language=language, next_promise_at=promised)
        ticket.procedure = way.procedure
        with translation.override(language):
            values = {
                "number": _NUMBER, "code": codes.MARK, "subject": _SUBJECT, "organisation": organisation.name,
                "team": team.name_in(language), "received": _RECEIVED,
                "next": "\n".join(f"- {line}" for line in notice_words.next_lines(ticket)) if due else "",
                "promise": notice_words.promise_sentence(ticket),
                "link": f"{settings.PUBLIC_URL}/o/{organisation.slug}/follow/?number={_NUMBER}",
                "reason": _REASON, "outcome": str(Closure(outcome=outcome).get_outcome_display()) if outcome else "",
                "reopen_days": str(reopening.days_of(ticket)),
            }  # fmt: skip
            subject, body = notice_words.fill(self._office.texts[moment, language], values)
        return Letter(escaped(subject), escaped(body), _plain(subject))


def _plain(subject: str) -> str | None:
    """Without the number, where it stands alone."""
    words = [word for word in subject.split() if word.strip("[]«».,") != _NUMBER]
    differs = len(words) == len(subject.split()) or any(sign in word for word in words for sign in _SIGNS)
    return None if differs else " ".join(words)


def _put(letter: Letter, number: str, subject: str, received: str, reason: str) -> Letter:
    body = letter.body.replace(_NUMBER, number).replace(_SUBJECT, subject)
    body = body.replace(_RECEIVED, received).replace(_REASON, reason)
    return Letter(letter.subject.replace(_NUMBER, number).replace(_SUBJECT, subject), body, letter.plain)

