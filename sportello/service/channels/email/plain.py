"""What went wrong on our side of a send, in plain words. A row keeps the English sentence, which is the msgid, and
under it the exact words of the machine; a screen says the sentence in the reader's language."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

NO_CONNECTION: Final = gettext_noop("The mail server cannot be reached: check its name and port.")
NO_NAME: Final = gettext_noop("There is no server of this name: check how it is written.")
TOO_SLOW: Final = gettext_noop("The mail server was too slow to answer.")
HUNG_UP: Final = gettext_noop("The mail server hung up.")
NO_STARTTLS: Final = gettext_noop("The mail server offers no encryption (STARTTLS), and nothing is sent without it.")
BAD_CERTIFICATE: Final = gettext_noop(
    "The certificate of the mail server cannot be trusted: expired, of another name, or signed by nobody known."
)
NO_TLS: Final = gettext_noop(
    "The encrypted connection could not be made: the port may be one without encryption, or the server too old."
)
NO_LOGIN: Final = gettext_noop("The mail server does not accept the user and password of the mailbox.")
CLEAR_PASSWORD: Final = gettext_noop("The password is not sent: the connection to the mail server is not encrypted.")
NO_PASSWORD: Final = gettext_noop(
    "The password of the mailbox is not in this home: type it again in the mailbox's page."
)
NO_TOKEN: Final = gettext_noop(
    "The provider gives no access for sending: connect the mailbox again on its page."
)
NO_TOKEN_TAKEN: Final = gettext_noop(
    "The mail server does not accept the access given by the provider: the consent may not cover sending."
)
NO_SMTPUTF8: Final = gettext_noop(
    "The mail server cannot write to addresses with these letters before the @ (SMTPUTF8): use another address."
)
TOO_LARGE: Final = gettext_noop("The message is larger than the mail server takes: send smaller or fewer files.")
LOST_AFTER: Final = gettext_noop(
    "The connection was lost after the message was handed over: it may have left or not."
)
STOPPED: Final = gettext_noop("The program stopped while it was sending: it may have left or not.")
NO_MAILBOX: Final = gettext_noop("The organisation has no mailbox to send from.")
UNWRITABLE: Final = gettext_noop("The message cannot be written: one of its addresses is none.")
OURS: Final = gettext_noop("Something went wrong on our side while sending.")

SENTENCES: Final = frozenset({
    NO_CONNECTION, NO_NAME, TOO_SLOW, HUNG_UP, NO_STARTTLS, BAD_CERTIFICATE, NO_TLS, NO_LOGIN, CLEAR_PASSWORD,
    NO_PASSWORD, NO_TOKEN, NO_TOKEN_TAKEN, NO_SMTPUTF8, TOO_LARGE, LOST_AFTER, STOPPED, NO_MAILBOX, UNWRITABLE, OURS,
})  # fmt: skip


def words(sentence: str, detail: object = "") -> str:
    """For a row: the sentence, and under it what the machine said."""
    exact = " ".join(str(detail).split())
    return f"{sentence}\n{exact}" if exact else sentence


def apart(kept: str) -> tuple[str, str]:
    """(our sentence in the reader's language, the machine's own words) of what a row keeps; either may be empty."""
    first, _line, rest = kept.partition("\n")
    if first in SENTENCES:
        return gettext(first), rest
    return "", kept
