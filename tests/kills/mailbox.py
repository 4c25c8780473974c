"""A provider's mailbox for the kill tests: waves of letters into a real Dovecot, and what is known of them here."""

from __future__ import annotations

import subprocess
import sys

from imapclient import IMAPClient

from tests.dovecot import PASSWORD, USER, Dovecot
from tests.flows.mail_fixtures import letter
from tests.kills.installation import TOWN, Installation

WAVE = 70

_SET_UP = f"""
import sys
from sportello.foundation.journal.actor import SYSTEM
from sportello.service.channels.collecting import setting_up
from sportello.service.channels.models import Collector, Mailbox
mailbox = Mailbox.objects.get(address={TOWN!r})
port, password = sys.stdin.read().split(" ", 1)
setting_up.change(mailbox, setting_up.Settings(
    {{}}, {{"protocol": "imap", "host": "127.0.0.1", "port": int(port), "security": "none", "user": {USER!r},
          "folder": "INBOX"}}, {{"password": password}}), SYSTEM)
setting_up.decide_cut_off(Collector.objects.get(mailbox=mailbox), None, SYSTEM)
"""


def set_up(installation: Installation, provider: Dovecot) -> None:
    """As the page does it: the settings, and that all mail there is new."""
    subprocess.run(
        [sys.executable, "-m", "sportello", "manage", "shell", "-v0", "-c", _SET_UP], env=installation.env, check=True,
        input=f"{provider.imap} {PASSWORD}".encode(),
    )  # fmt: skip


def deliver(provider: Dovecot, wave: int) -> list[str]:
    """Letters of different people, short and long; their words."""
    words = [f"parola{wave}x{number}x" for number in range(WAVE)]
    for number, word in enumerate(words):
        long = "una riga che non dice niente\n" * (4_000 if number % 9 == 0 else 20)
        provider.deliver(letter(f"La mia parola è {word}.\n{long}", sender=f"c{wave}.{number}@posta.example", to=TOWN,
                                subject=f"Domanda {word}", message_id=f"<{word}@posta.example>"))  # fmt: skip
    return words


def fetched(installation: Installation) -> int:
    try:
        return int(installation.ask("SELECT count(*) FROM channels_collectedmessage")[0][0])
    except Exception:  # the database was killed a moment ago
        return -1


def of_town(installation: Installation) -> dict[str, object]:
    rows = installation.status()["collecting"]
    return next(one for one in rows if one["address"] == TOWN)


def settled(installation: Installation, many: int) -> bool:
    if fetched(installation) < many:
        return False
    status = installation.status()
    return bool(status) and status.get("database") == "up" and status["mail"]["pending"] == 0


def unread_there(provider: Dovecot) -> int:
    program = IMAPClient("127.0.0.1", port=provider.imap, ssl=False)
    program.login(USER, PASSWORD)
    program.select_folder("INBOX", readonly=True)
    found = len(program.search("UNSEEN"))
    program.logout()
    return found
