"""What somebody said, before it is on a ticket: the typed record every door hands in."""

from __future__ import annotations

from dataclasses import dataclass

from sportello.foundation.files.models import Blob


@dataclass(frozen=True)
class File:
    """A file already kept, with the name its sender gave it."""

    filename: str
    blob: Blob
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class Words:
    """A message as a door understood it. `recipients` are (role "to" or "cc", name, address)."""

    text: str
    subject: str = ""
    quoted: str = ""
    signature: str = ""
    #: Already sanitised.
    html: str = ""
    language: str = ""
    sender_name: str = ""
    sender_address: str = ""
    #: RFC 5322 Message-ID of the incoming mail.
    rfc_id: str = ""
    recipients: tuple[tuple[str, str, str], ...] = ()
    files: tuple[File, ...] = ()
    is_machine: bool = False
