"""After everything: what was answered is there exactly once, nothing is owed, nothing waits, nothing is damaged."""

from __future__ import annotations

import hashlib
from collections import Counter

import psycopg

from sportello.config.day.browser import Browser
from sportello.config.day.organisations import PASSWORD
from tests.kills.installation import Installation

#: Who sees the silent tickets of each organisation.
SUPERVISORS = ("carla@sportello.example", "irene@sportello.example")


_WAITS = """
SELECT (SELECT count(*) FROM channels_incomingmail WHERE state = 'pending')
     + (SELECT count(*) FROM channels_dispatch WHERE state IN ('queued', 'sending', 'in_doubt'))
     + (SELECT count(*) FROM channels_waitingreply WHERE state = 'waiting')
     + (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
     + (SELECT count(*) FROM journal_parkedevent)
"""


def settled(installation: Installation) -> bool:
    """Everything was read, has left, and was told to every reader of the journal."""
    try:
        (waiting,) = installation.ask(_WAITS)[0]
        return not waiting and are_level(installation)
    except (OSError, psycopg.Error):  # the database was killed a moment ago
        return False


def are_level(installation: Installation) -> bool:
    """Every durable consumer has read the newest event."""
    (newest,) = installation.ask("SELECT id FROM journal_event ORDER BY xid DESC, id DESC LIMIT 1")[0]
    cursors = installation.ask("SELECT name, event_id FROM journal_cursor")
    return bool(cursors) and all(event_id == newest for _name, event_id in cursors)


def words_once(installation: Installation, words: list[str], said: str) -> None:
    """Each word of what customers wrote stands in exactly one message."""
    texts = installation.ask("SELECT text FROM tickets_message WHERE direction = 'in'")
    found = Counter(word for (text,) in texts for word in text.replace(".", " ").split())
    wrong = {word: found[word] for word in words if found[word] != 1}
    assert not wrong, f"not there exactly once: {wrong} ({said})"


def replies_once(installation: Installation, words: list[str]) -> None:
    """Each answer of the desk left once, or is held back for its author because the customer wrote meanwhile."""
    rows = installation.ask("SELECT text FROM tickets_message WHERE direction = 'out'")
    rows += installation.ask("SELECT text FROM channels_waitingreply")
    found = Counter(word for (text,) in rows for word in text.replace(".", " ").split())
    wrong = {word: found[word] for word in words if found[word] != 1}
    assert not wrong, f"replies not there exactly once: {wrong}"


def mails_once(installation: Installation, message_ids: list[str]) -> None:
    """Each mail answered 250 was settled once; what came twice is known as a duplicate."""
    rows = installation.ask("SELECT btrim(rfc_id, '<>'), state FROM channels_incomingmail")
    found = Counter(rfc_id for rfc_id, state in rows if state != "duplicate")
    wrong = {one: found[one.strip("<>")] for one in message_ids if found[one.strip("<>")] != 1}
    assert not wrong, f"mails not there exactly once: {wrong}"
    twice = installation.ask(
        "SELECT rfc_id, count(*) FROM tickets_message WHERE direction = 'in' AND rfc_id <> '' GROUP BY 1"
        " HAVING count(*) > 1"
    )
    assert not twice, f"in two tickets: {twice}"


def forms_once(
    installation: Installation, numbers: list[tuple[str, str]], written: int, at_the_door: int
) -> None:
    """Each receipt (organisation, number) has its ticket; of `written` more forms the words are counted apart; no form
    opened a ticket nobody has a receipt of, but for those cut short at their last button."""
    found = set(
        installation.ask(
            "SELECT o.slug, t.number FROM tickets_ticket t JOIN tenancy_organisation o ON o.id = t.organisation_id"
            " WHERE t.channel = 'webform'"
        )
    )
    assert len(set(numbers)) == len(numbers), "two receipts name one ticket"
    assert set(numbers) <= found, f"no ticket for {set(numbers) - found}"
    assert len(found) <= len(numbers) + written + at_the_door, f"{len(found)} tickets of {len(numbers) + written} forms"


def ledgers(installation: Installation) -> None:
    """Mail adds up; every notice was given; every ticket has one receipt; what was written has left, once."""
    mail = installation.status()["mail"]
    assert mail["received"] == sum(value for name, value in mail.items() if name != "received"), mail
    assert mail["quarantined"] == 0, installation.ask(
        "SELECT id, cause, error, attempts FROM channels_incomingmail WHERE state = 'quarantined'"
    )
    owed = installation.ask("SELECT ticket_id, moment, state FROM tickets_notice WHERE state = 'due'")
    assert not owed, f"notices that were not given: {owed}"
    without = installation.ask(
        "SELECT t.id, t.number, t.channel, count(n.id) FROM tickets_ticket t LEFT JOIN tickets_notice n ON n.ticket_id"
        " = t.id AND n.moment = 'receipt' AND n.party = 'customer' GROUP BY 1, 2, 3 HAVING count(n.id) <> 1"
    )
    assert not without, f"tickets without exactly one receipt: {without} {_story(installation, without[0][0])}"
    lost = installation.ask(
        "SELECT m.id FROM tickets_message m LEFT JOIN channels_dispatch d ON d.message_id = m.id"
        " WHERE m.direction = 'out' AND m.channel = 'email' GROUP BY 1 HAVING count(d.id) <> 1"
    )
    assert not lost, f"messages without exactly one dispatch: {lost}"
    (dispatches,) = installation.ask("SELECT count(*) FROM channels_dispatch")[0]
    (sent,) = installation.ask("SELECT count(*) FROM channels_dispatch WHERE state = 'sent'")[0]
    (left,) = installation.ask(
        "SELECT count(DISTINCT o.rfc_id) FROM channels_outtraymail o JOIN tickets_message m ON"
        " btrim(m.rfc_id, '<>') = btrim(o.rfc_id, '<>') WHERE m.direction = 'out'"
    )[0]
    assert dispatches == sent == left, f"{dispatches} dispatches, {sent} sent, {left} in the out-tray"
    twice = installation.ask(
        "SELECT payload->>'moment_id', count(*) FROM journal_event WHERE verb = 'ticket.warned' GROUP BY 1"
        " HAVING count(*) > 1"
    )
    assert not twice, f"warned twice: {twice}"


def _story(installation: Installation, ticket_id: int) -> list[tuple[object, ...]]:
    """Notices and events of a ticket, for who has to find out."""
    return installation.ask(
        "SELECT moment, how, due_at::text, given_at::text, message_id::text FROM tickets_notice WHERE ticket_id = %s"
        " UNION ALL SELECT verb, actor_kind, at::text, payload::text, id::text FROM journal_event"
        " WHERE subject_kind = 'ticket' AND subject_id = %s ORDER BY 3",
        ticket_id,
        ticket_id,
    )


def nothing_is_silent(installation: Installation) -> None:
    """The page that lists who breaks the promise, read by those who see everything, is empty."""
    for who in SUPERVISORS:
        browser = Browser(f"http://127.0.0.1:{installation.port}")
        browser.submit(browser.get("/desk/").form("login"), {"login": who, "password": PASSWORD})
        page = browser.get("/desk/silent/")
        assert page.status == 200, (who, page.status, page.url)
        assert 'class="row-link"' not in page.text and "check-circle" in page.text, page.text[-2000:]


def blobs_are_whole(installation: Installation) -> int:
    """Every row's bytes are on disk and are what the row says; how many."""
    rows = installation.ask("SELECT organisation_id, sha256, size FROM files_blob")
    for organisation, sha256, size in rows:
        path = installation.home / "blobs" / str(organisation) / sha256[:2] / sha256
        assert path.exists(), f"blob {sha256} is gone"
        content = path.read_bytes()
        assert len(content) == size and hashlib.sha256(content).hexdigest() == sha256, f"blob {sha256} is damaged"
    return len(rows)
