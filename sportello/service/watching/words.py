"""Alarms in words: what they are called, what they say, what to do. Plain, for who is woken by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from .figures import MOST


@dataclass(frozen=True)
class Words:
    """`says` may hold the alarm's facts, `%(count)s`; `is_urgent`: something is being lost or stands still."""

    title: Any
    says: Any
    to_do: Any
    is_urgent: bool = False


ALARMS: Final[dict[str, Words]] = {
    # of the machine and the installation
    "database_away": Words(
        _("The database does not answer"),
        _("Pages cannot be served and mail is refused for now; senders try again."),
        _("Look whether it runs: “sportello status”, and logs/postgres.log. Nothing that was taken is lost."),
        True,
    ),
    "disk_full": Words(
        _("The disk is full"),
        _("%(free)s are left: mail and files are refused until there is room."),
        _("Make room now: old backups and logs first. Never delete in blobs/ or postgres/."),
        True,
    ),
    "disk_low": Words(
        _("The disk is nearly full"),
        _("%(free)s are left."),
        _("Make room, or enlarge the disk, before mail has to be refused."),
    ),
    "worker_gone": Words(
        _("The worker does not run"),
        _("Mail is not read, nothing is sent, no term is watched."),
        _("Start it again (“sportello run” does by itself); why it ended is in logs/worker.log."),
        True,
    ),
    "loop_failing": Words(
        _("A piece of the worker's work fails"),
        _("“%(loop)s” fails again and again (%(error)s)."),
        _("Look at its lines in logs/worker.log. It is tried again by itself, nothing is lost meanwhile."),
        True,
    ),
    "loop_silent": Words(
        _("A piece of the worker's work hangs"),
        _("“%(loop)s” has not finished a round for more than an hour."),
        _("Start the worker again. If it comes back, report it with the last lines of logs/worker.log."),
        True,
    ),
    "stream_gone": Words(
        _("Pages do not change by themselves"),
        _("The live stream does not run: colleagues see changes after reloading."),
        _("Start it again (“sportello run” does by itself); why it ended is in logs/stream.log."),
    ),
    "listener_gone": Words(
        _("Mail is not taken"),
        _("The mail listener does not answer at its port; senders keep their mail and try again."),
        _("Start it again (“sportello run” does by itself); why it ended is in logs/listen.log."),
        True,
    ),
    "backup_old": Words(
        _("The last backup is old"),
        _("It is %(days)s days old."),
        _("Make one now: “sportello backup FOLDER”; then see why the planned one did not run."),
    ),
    "jobs_wait": Words(
        _("Jobs wait"),
        _("Jobs that wait longer than they should: %(count)s."),
        _("See whether the worker runs and has processor time left."),
    ),
    "jobs_failed": Words(
        _("Jobs failed"),
        _("Jobs that failed and are not tried again: %(count)s."),
        _("Their errors are in logs/worker.log. Retry them afterwards: “sportello manage procrastinate shell”."),
    ),
    "events_parked": Words(
        _("What should follow from events does not"),
        _("Events put aside because what follows failed: %(count)s."),
        _("They are tried again by themselves. The error is in logs/worker.log: look for “parked event”."),
    ),
    "journal_held": Words(
        _("Something holds the database back"),
        _("A transaction is open for too long: news reach nobody meanwhile."),
        _("End it: look for the oldest xact_start in pg_stat_activity, often a forgotten psql or a long import."),
        True,
    ),
    "readers_late": Words(
        _("News are late"),
        _("“%(reader)s” has read events late: notices and live pages come late too."),
        _("See whether the worker runs and has processor time left."),
    ),
    "tick_late": Words(
        _("Terms are watched late"),
        _("What fell due on tickets has not been looked at: warnings are late."),
        _("See whether the worker runs; “what is due on tickets” in its loops says what is wrong."),
        True,
    ),
    "connections_many": Words(
        _("Nearly all database connections are taken"),
        _("%(count)s of %(most)s are open."),
        _("Close programs that are not needed, raise max_connections, or put a pooler in front."),
    ),
    "sign_ins_refused": Words(
        _("Many passwords were refused"),
        _("Times today: %(count)s. Somebody may be guessing."),
        _("Who guesses is slowed down by itself. See that colleagues use a second step when signing in."),
    ),
    "policy_violations": Words(
        _("Browsers refused parts of our pages"),
        _("Times today: %(count)s. An extension, an error of ours, or an attack."),
        _("See below which rule and which page; when it is not the browsers of one office, report it."),
    ),
    # of an organisation
    "dispatches_stuck": Words(
        _("Answers do not leave"),
        _("Answers that should have left more than a quarter of an hour ago: %(count)s."),
        _("See whether the worker runs and the mailbox's sending works: Set up, Mailboxes, “Try sending”."),
        True,
    ),
    "held_many": Words(
        _("Much mail is held back"),
        _("Messages within an hour: %(count)s."),
        _("Look at “Held back”: a flood of spam needs a block, a rule gone wrong its release."),
    ),
    "terms_missed": Words(
        _("Terms of conclusion have passed"),
        _("Open tickets beyond the term of their procedure: %(count)s."),
        _("Supervisors find them under “Late”; an extension or interim reply must be told to the customer."),
    ),
    "customers_untold": Words(
        _("Customers were not told"),
        _("Notices that open tickets owe their customers: %(count)s."),
        _("Who serves finds them under “Silent”; each says what is missing."),
        True,
    ),
    "mailbox_failing": Words(
        _("A mailbox cannot be read"), "%(mailbox)s", _("Set up, Mailboxes: open it and follow what it says."), True
    ),
    "mailbox_silent": Words(
        _("A mailbox is silent"),
        "%(mailbox)s",
        _("“sportello collect” reads mailboxes: see whether it runs."),
        True,
    ),
    "mailbox_asks_cut_off": Words(
        _("A mailbox waits for a decision"), "%(mailbox)s", _("Set up, Mailboxes: say from when on mail is new.")
    ),
    "mailbox_left": Words(
        _("Mail could not be fetched"), "%(mailbox)s", _("Set up, Mailboxes: the messages and their errors are listed.")
    ),
    "mailbox_unread": Words(
        _("Mail waits to be read"),
        "%(mailbox)s",
        _("See whether the worker runs; more processes may read: SPORTELLO_INTAKE_PROCESSES."),
        True,
    ),
    "mailbox_held": Words(
        _("Held mail was not looked at"), "%(mailbox)s", _("Open “Held back”: release, retry or put aside.")
    ),
}


def of_mailbox(address: str, sentence: str) -> str:
    return f"{address}: {sentence}"


def many(count: int) -> str:
    """A count that is not counted beyond MOST."""
    return f"{MOST - 1}+" if count >= MOST else str(count)


def size(count: int) -> str:
    """Bytes as people say them."""
    if count >= 1024**3:
        return _now("%(size)s GB") % {"size": number_format(count / 1024**3, 1)}
    return _now("%(size)s MB") % {"size": count // 1024**2}


def age(seconds: float) -> str:
    """About how long, in one unit."""
    for unit, words in ((86_400.0, _now("%(n)d days")), (3600.0, _now("%(n)d h")), (60.0, _now("%(n)d min"))):
        if seconds >= unit * (1 if unit < 86_400 else 2):
            return words % {"n": int(seconds // unit)}
    return _now("%(n)d s") % {"n": int(seconds)}
