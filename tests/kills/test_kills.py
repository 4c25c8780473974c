"""Parts are killed while mail and forms flow: whatever was answered is there exactly once, nothing queued is lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import pytest

from tests.dovecot import Dovecot, dovecot
from tests.kills import counting, mailbox
from tests.kills.installation import Installation, installed
from tests.kills.senders import FormSender, MailSender
from tests.kills.soaking import Soak, kills_of_run, report, seed_of_run
from tests.waiting import LIMIT

#: -9 for what is ours, a restart for the provider.
WHILE_FETCHING = ("collect", "collect", "postmaster", "provider", "collect")
_BETWEEN_KILLS = (0.3, 1.8)
#: Mails between and after the kills; it flows on until there are more.
ENOUGH = 20


def rounds(installation: Installation, seed: int, kills: int) -> None:
    """Kill `kills` parts at random points; then let it settle and count."""
    chance, stop = random.Random(seed), threading.Event()
    senders = [MailSender(installation.mail_port, name, stop) for name in ("a", "b")]
    forms = FormSender(installation.port, stop)
    for thread in (*senders, forms):
        thread.start()
    done: list[str] = []
    deadline = time.monotonic() + 300 + kills * 60
    while len(done) < kills and time.monotonic() < deadline:
        time.sleep(chance.uniform(*_BETWEEN_KILLS))
        part = (
            installation.PARTS[len(done) % len(installation.PARTS)]
            if len(done) < 5
            else chance.choice(installation.PARTS)
        )
        if installation.kill(part, chance):
            done.append(part)
    assert len(done) == kills, f"only {done}\n{installation.log()}"
    # the last kill is healed before the doors close, so that every sender can finish its message
    installation.wait_until(lambda: installation.answers() and installation.takes_mail(), "everything to be back")
    installation.wait_until(lambda: sum(len(sender.taken) for sender in senders) > ENOUGH, "enough mail to prove something")
    stop.set()
    for thread in (*senders, forms):
        thread.join(LIMIT * 2)
        assert not thread.is_alive(), "who is still at the door may be answered while it is counted"
    installation.wait_until(lambda: counting.settled(installation), "everything to be read and to leave")
    mails = [word for sender in senders for word in sender.taken]
    counting.words_once(installation, mails + forms.taken, f"killed {done}")
    counting.ledgers(installation)
    counting.nothing_is_silent(installation)
    counting.blobs_are_whole(installation)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with installed() as one:
        yield one


@pytest.mark.kills
def test_killed_while_it_reads_nothing_is_lost_or_doubled(installation: Installation) -> None:
    """The collector, the database and the provider are killed while each wave is being fetched."""
    with dovecot() as provider:
        _killed_while_it_reads(installation, provider)


def _killed_while_it_reads(installation: Installation, provider: Dovecot) -> None:
    chance = random.Random(4)
    words = mailbox.deliver(provider, 0)
    mailbox.set_up(installation, provider)
    for wave, part in enumerate(WHILE_FETCHING):
        # the first of a wave are stored, the others are on their way
        begun = len(words) - mailbox.WAVE
        installation.wait_until(lambda: mailbox.fetched(installation) > begun, f"wave {wave} to be fetched")  # noqa: B023 - asked at once
        words += mailbox.deliver(provider, wave + 1)
        if part == "provider":
            provider.stop()
            provider.start()
        else:
            installation.wait_until(lambda: installation.kill(part, chance), f"{part} to be there")  # noqa: B023 - asked at once
    installation.wait_until(lambda: mailbox.settled(installation, len(words)), "all to be stored and read")

    mails = installation.ask("SELECT state, count(*) FROM channels_incomingmail GROUP BY state")
    assert dict(mails) == {"ticketed": len(words)}
    texts = [text for (text,) in installation.ask("SELECT text FROM tickets_message WHERE direction = 'in'")]
    assert sorted(next(word for word in words if f"è {word}." in text) for text in texts) == sorted(words)
    account = mailbox.of_town(installation)
    assert (account["on_server"], account["stored"], account["adds_up"]) == (len(words), len(words), True)
    assert (account["not_yet_stored"], account["left_on_server"], account["missing"]) == (0, 0, 0)
    assert mailbox.unread_there(provider) == len(words), "nobody who reads the mailbox sees that we were there"


@pytest.mark.kills
def test_eight_kills_lose_and_double_nothing(installation: Installation) -> None:
    rounds(installation, seed=8, kills=8)


@pytest.mark.soak
def test_two_hundred_kills_of_every_part_lose_and_double_nothing() -> None:
    """Web, worker, reader, listener, collector, stream, database, supervisor, and the power: the same seed kills the
    same parts. `scripts/soak --kills N --seed S`."""
    with installed({"SPORTELLO_INTAKE_PROCESSES": "1"}) as one:
        soak = Soak(one, seed_of_run(), kills_of_run(200))
        print(f"seed {soak.seed}, {soak.kills} kills")
        try:
            soak.run()
        finally:
            report(soak)
