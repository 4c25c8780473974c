"""A mail server that says what a test tells it to, stage by stage, on a socket of its own; with a certificate of a
made-up authority where asked."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.waiting import LIMIT

#: The extensions offered when a test does not say otherwise.
OFFERS = ("PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES")


@dataclass
class Scripted:
    """`says`: the answer at a stage instead of yes: connect, ehlo, starttls, auth, mail, rcpt:ADDRESS, data, end; `cut`
    hangs up instead. Stage `half`: hangs up in the middle of the message. Stage `end` with `cut`: after the final dot,
    having kept the message or (`lost`) not."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = OFFERS
    #: What was taken: envelope sender, recipients, bytes.
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    context: ssl.SSLContext | None = None
    from_the_first_byte: bool = False
    encrypted: int = 0

    def passwords(self) -> list[str]:
        return [line for line in self.heard if line.startswith("AUTH PLAIN ")]


class _HungUp(Exception):
    pass


class _Talk:
    """One connection."""

    def __init__(self, server: Scripted, link: socket.socket) -> None:
        self.server, self.link = server, link
        self.file = link.makefile("rb")
        self.sender, self.recipients = "", list[str]()

    def run(self) -> None:
        if self.server.from_the_first_byte:
            self._encrypt()
        if not self.say("connect", "220 scripted ESMTP"):
            return
        while True:
            line = self.file.readline().decode("utf-8", "replace").rstrip("\r\n")
            if not line:
                return
            self.server.heard.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                self.link.sendall(b"221 bye\r\n")
                return
            getattr(self, f"do_{verb.lower()}", self.do_unknown)(line)

    def say(self, stage: str, yes: str) -> bool:
        """Whether it was a yes."""
        answer = self.server.says.get(stage, yes)
        if answer == "cut":
            raise _HungUp
        self.link.sendall(answer.encode() + b"\r\n")
        return answer == yes

    def do_unknown(self, line: str) -> None:
        self.link.sendall(b"500 what?\r\n")

    def do_ehlo(self, line: str) -> None:
        offers = list(self.server.offers)
        if self.server.context is not None and not self.server.encrypted and not self.server.from_the_first_byte:
            offers.append("STARTTLS")
        if self.server.says.get("starttls_hidden"):
            offers = [one for one in offers if one != "STARTTLS"]
        lines = ["scripted", *offers]
        self.say("ehlo", "\r\n".join(f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines))

    def do_helo(self, line: str) -> None:
        self.say("ehlo", "250 scripted")

    def do_starttls(self, line: str) -> None:
        if self.say("starttls", "220 go on"):
            self._encrypt()

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.link = self.server.context.wrap_socket(self.link, server_side=True)
        self.file = self.link.makefile("rb")
        self.server.encrypted += 1

    def do_auth(self, line: str) -> None:
        if line.upper().startswith("AUTH LOGIN"):
            self.link.sendall(b"334 " + base64.b64encode(b"Password:") + b"\r\n")
            self.server.heard.append(self.file.readline().decode().strip())
        self.say("auth", "235 2.7.0 welcome")

    def do_mail(self, line: str) -> None:
        if self.say("mail", "250 2.1.0 ok"):
            self.sender, self.recipients = line.split("<")[1].split(">")[0], []

    def do_rcpt(self, line: str) -> None:
        address = line.split("<")[1].split(">")[0]
        limit = self.server.says.get("limit", "")
        if limit and len(self.recipients) >= int(limit):
            self.link.sendall(b"452 4.5.3 too many recipients\r\n")
        elif self.say(f"rcpt:{address}", "250 2.1.5 ok"):
            self.recipients.append(address)

    def do_rset(self, line: str) -> None:
        self.link.sendall(b"250 ok\r\n")

    def do_data(self, line: str) -> None:
        if not self.say("data", "354 go on"):
            return
        lines: list[bytes] = []
        while True:
            got = self.file.readline()
            if not got or got == b".\r\n":
                break
            lines.append(got[1:] if got.startswith(b".") else got)
            if "half" in self.server.says and len(lines) > 3:
                raise _HungUp
        says = self.server.says.get("end", "")
        if says in ("", "cut"):
            self.server.taken.append((self.sender, list(self.recipients), b"".join(lines)))
        self.server.heard.append("<message>")
        if says == "lost":
            raise _HungUp
        self.say("end", "250 2.0.0 queued as 4711")


@contextmanager
def scripted(context: ssl.SSLContext | None = None, *, from_the_first_byte: bool = False) -> Iterator[Scripted]:
    """A server on a free port of the loopback, a thread a connection, until the end of the block."""
    server = Scripted(context=context, from_the_first_byte=from_the_first_byte)
    door = socket.create_server(("127.0.0.1", 0))
    server.port = int(door.getsockname()[1])

    def serve(link: socket.socket) -> None:
        link.settimeout(LIMIT)
        server.encrypted = 0
        with suppress(_HungUp, OSError):
            _Talk(server, link).run()
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)
        link.close()

    def wait() -> None:
        with suppress(OSError):
            while True:
                link, _address = door.accept()
                threading.Thread(target=serve, args=(link,), daemon=True).start()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(LIMIT)


# Certificates ------------------------------


@dataclass(frozen=True)
class Authority:
    """A made-up one: `bundle` is its own certificate, for whoever is to trust it."""

    home: Path
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    bundle: Path

    def issue(self, host: str, *, days: int = 30) -> tuple[Path, Path]:
        """Files of a certificate of `host` and its key; with negative `days` it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(host, self.name, key.public_key(), self.key, days, ends=True)
        return _write(self.home, f"{host}-{days}", made, key)

    def context(self, host: str, *, days: int = 30) -> ssl.SSLContext:
        """For a server that shows a certificate of `host`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, self.issue(host, days=days)))
        return context


def authority(home: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    made = _certificate("", name, key.public_key(), key, 60, ends=False)
    bundle, _key = _write(home, "authority", made, key)
    return Authority(home, name, key, bundle)


def _certificate(
    host: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey, days: int,
    *, ends: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]) if ends else issuer
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not ends, path_length=None), critical=True)
    )
    if ends:
        draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return draft.sign(signer, hashes.SHA256())


def _write(
    home: Path, stem: str, made: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> tuple[Path, Path]:
    certificate, secret = home / f"{stem}.crt", home / f"{stem}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret
