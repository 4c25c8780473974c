"""What people are told and why it came: one table for the rules, the page, the mail, the push and the choices.

A happening belongs to a reason (a row of the choices) and has two sentences: what happened, and why it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

DESK: Final = "desk"
MAIL: Final = "mail"
PUSH: Final = "push"
CHANNELS: Final = (DESK, MAIL, PUSH)


@dataclass(frozen=True)
class Reason:
    """A row of the choices; `usual`: the channels of who chose nothing."""

    label: Any
    usual: frozenset[str]


def _reason(label: Any, usual: str) -> Reason:
    return Reason(label, frozenset(usual.split()))


REASONS: Final[dict[str, Reason]] = {
    "assigned": _reason(_("A ticket is given to me"), "desk push"),
    "mentioned": _reason(_("A colleague names me in a note"), "desk mail push"),
    "answered": _reason(_("The customer writes on a ticket of mine"), "desk push"),
    "waits": _reason(_("An approval or a question waits for me"), "desk mail push"),
    "decided": _reason(_("What I asked a colleague or an office is answered"), "desk push"),
    "due": _reason(_("A ticket of mine is near its term"), "desk mail"),
    "overdue": _reason(_("A ticket of mine is late"), "desk mail push"),
    "woken": _reason(_("A ticket I put aside is back"), "desk"),
    "failed": _reason(_("What I wrote did not leave or did not arrive"), "desk mail push"),
    "new": _reason(_("A ticket without an owner reaches a team of mine"), ""),
}


@dataclass(frozen=True)
class Happening:
    """`what` may hold %(who)s, the colleague who did it; `why` %(who)s and %(team)s."""

    reason: str
    what: Any
    why: Any
    icon: str = "bell"


_MINE = _("because the ticket is yours")
_ASKED = _("because you asked for it")

HAPPENINGS: Final[dict[str, Happening]] = {
    "assigned": Happening("assigned", _("The ticket is yours now"), _("because it was given to you"), "user"),
    "assigned_by": Happening("assigned", _("%(who)s gave you the ticket"), _("because it was given to you"), "user"),
    "mentioned": Happening("mentioned", _("%(who)s named you in a note"),
                           _("because you were named by %(who)s"), "chat"),
    "answered": Happening("answered", _("The customer wrote"), _MINE, "mail"),
    "approval_waits": Happening("waits", _("%(who)s asks for your approval"),
                                _("because it is your turn to approve"), "check-circle"),
    "team_approval_waits": Happening("waits", _("%(who)s asks for an approval"),
                                     _("because you are in the team %(team)s, which approves"), "check-circle"),
    "remedy_waits": Happening("waits", _("%(who)s asks you to grant a remedy"),
                              _("because your limit covers it"), "check-circle"),
    "question_waits": Happening("waits", _("%(who)s asks a question to your office"),
                                _("because you are in the team %(team)s, which is asked"), "help"),
    "approval_given": Happening("decided", _("Approved by %(who)s"), _ASKED, "check-circle"),
    "approval_sent_back": Happening("decided", _("Sent back by %(who)s, with words for you"), _ASKED, "reply"),
    "remedy_granted": Happening("decided", _("The remedy was granted by %(who)s"), _ASKED, "check-circle"),
    "remedy_refused": Happening("decided", _("The remedy was refused by %(who)s"), _ASKED, "close-circle"),
    "office_answered": Happening("decided", _("The office that was asked has answered"), _MINE, "office"),
    "due": Happening("due", _("A term of the ticket ends soon"), _MINE, "clock"),
    "office_late": Happening("due", _("The office that was asked is late"), _MINE, "clock"),
    "overdue": Happening("overdue", _("A term of the ticket has passed"), _MINE, "due"),
    "woken": Happening("woken", _("The ticket is back from where it was put aside"), _MINE, "moon"),
    "undelivered": Happening("failed", _("An answer did not arrive"), _MINE, "warn"),
    "reply_held": Happening("failed", _("Your reply did not leave: something came meanwhile"),
                            _("because you wrote it"), "warn"),
    "approval_held": Happening("failed", _("Your reply is approved and did not leave: something came meanwhile"),
                               _("because you wrote it"), "warn"),
    "new": Happening("new", _("A new ticket nobody has yet"), _("because you follow the team %(team)s"), "inbox"),
}  # fmt: skip
