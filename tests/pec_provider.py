"""A PEC provider of our own making: envelopes and receipts as the technical rules describe them (D.M. 2 November 2005;
RFC 6109), signed with keys of a test authority. Nothing here is copied from a real provider's message."""

from __future__ import annotations

import email
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from functools import lru_cache
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

ROME_WINTER = timezone(timedelta(hours=1))
_serial = count(1)
SUBJECTS = {
    "accettazione": "ACCETTAZIONE",
    "non-accettazione": "AVVISO DI NON ACCETTAZIONE",
    "presa-in-carico": "PRESA IN CARICO",
    "avvenuta-consegna": "CONSEGNA",
    "preavviso-errore-consegna": "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO",
    "errore-consegna": "AVVISO DI MANCATA CONSEGNA",
    "rilevazione-virus": "PROBLEMA DI SICUREZZA",
}


@dataclass(frozen=True)
class Signer:
    """A certificate with its key, and the authority that issued it."""

    authority: x509.Certificate
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def authority_pem(self) -> bytes:
        return self.authority.public_bytes(Encoding.PEM)


@lru_cache(maxsize=4)
def signer(name: str = "Autorità di prova") -> Signer:
    """The same within a run: making keys is slow."""
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    root = (
        x509.CertificateBuilder()
        .subject_name(root_name).issuer_name(root_name).public_key(root_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650)).not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .sign(root_key, hashes.SHA256())
    )  # fmt: skip
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Posta certificata di prova")]))
        .issuer_name(root_name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650)).not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.RFC822Name("posta-certificata@pec.gestore.test")]), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )  # fmt: skip
    return Signer(root, certificate, key)


@dataclass
class Provider:
    """`daticert` of a call replaces the file's bytes (None leaves it out); `signed=False` leaves out the signature."""

    name: str = "Gestore di Prova S.p.A."
    domain: str = "pec.gestore.test"
    signed: bool = True
    by: Signer = field(default_factory=signer)

    def envelope(
        self,
        original: bytes,
        sender: str,
        recipients: list[str],
        *,
        at: datetime,
        daticert: bytes | str | None = "usual",
        identifier: str = "",
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """A transport envelope as it lands in the recipient's box."""
        inner = email.message_from_bytes(original, policy=policy.default)
        number = identifier or self.number()
        data = self.daticert(
            "posta-certificata", sender, [(one, "certificato") for one in recipients], str(inner["Subject"] or ""),
            at=at, identifier=number, msgid=str(inner["Message-ID"] or ""),
        ) if daticert == "usual" else daticert  # fmt: skip
        fields = {
            "X-Trasporto": "posta-certificata",
            "X-Riferimento-Message-ID": str(inner["Message-ID"] or ""),
            "From": f'"Per conto di: {sender}" <posta-certificata@{self.domain}>',
            "Reply-To": sender,
            "To": ", ".join(recipients),
            "Subject": f"POSTA CERTIFICATA: {inner['Subject'] or ''}",
            "Message-ID": f"<{number}>",
            **(headers or {}),
        }
        words = f'Il messaggio "{inner["Subject"]}" è stato inviato da "{sender}".'
        return self._written(fields, at, words, data, original)

    def anomaly(self, original: bytes, sender: str, recipient: str, *, at: datetime) -> bytes:
        """Ordinary mail, as the provider of a PEC box hands it on."""
        inner = email.message_from_bytes(original, policy=policy.default)
        fields = {
            "X-Trasporto": "errore",
            "From": f'"Per conto di: {sender}" <posta-certificata@{self.domain}>',
            "To": recipient,
            "Subject": f"ANOMALIA MESSAGGIO: {inner['Subject'] or ''}",
            "Message-ID": f"<{self.number()}>",
        }
        return self._written(fields, at, "Il messaggio allegato non è di posta certificata.", None, original)

    def receipt(
        self,
        kind: str,
        about: bytes,
        *,
        at: datetime,
        recipient: str = "",
        recipients: list[tuple[str, str]] | None = None,
        identifier: str = "numero-1@pec.gestore.test",
        error: str = "nessuno",
        error_text: str = "",
        form: str = "",
        msgid: str | None = None,
        daticert: bytes | str | None = "usual",
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """A receipt about our message `about`; a full receipt of delivery brings the message back."""
        ours = email.message_from_bytes(about, policy=policy.default)
        sender = ours["From"].addresses[0].addr_spec
        to = recipients or [(one.addr_spec, "certificato") for one in ours["To"].addresses]
        wanted = str(ours["Message-ID"]) if msgid is None else msgid
        data = self.daticert(
            kind, sender, to, str(ours["Subject"]), at=at, identifier=identifier, msgid=wanted, error=error,
            error_text=error_text, about=recipient, form=form,
        ) if daticert == "usual" else daticert  # fmt: skip
        fields = {
            "X-Ricevuta": kind,
            "X-Riferimento-Message-ID": wanted,
            **({"X-TipoRicevuta": form} if form else {}),
            "From": f"posta-certificata@{self.domain}",
            "To": sender,
            "Subject": f"{SUBJECTS.get(kind, kind.upper())}: {ours['Subject']}",
            "Message-ID": f"<{self.number()}>",
            **(headers or {}),
        }
        words = f"Ricevuta: {kind}. Identificativo del messaggio: {identifier}"
        return self._written(fields, at, words, data, about if form == "completa" else None)

    def number(self) -> str:
        return f"opec{next(_serial)}.20261103101500.00001.1.1@{self.domain}"

    def daticert(
        self,
        kind: str,
        sender: str,
        recipients: list[tuple[str, str]],
        subject: str,
        *,
        at: datetime,
        identifier: str,
        msgid: str,
        error: str = "nessuno",
        error_text: str = "",
        about: str = "",
        form: str = "",
    ) -> bytes:
        local = at.astimezone(ROME_WINTER)
        people = "".join(f"<destinatari tipo={quoteattr(sort)}>{escape(one)}</destinatari>" for one, sort in recipients)
        more = f"<ricevuta tipo={quoteattr(form)}/>" if form else ""
        more += f"<consegna>{escape(about)}</consegna>" if about else ""
        more += f"<errore-esteso>{escape(error_text)}</errore-esteso>" if error_text else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<postacert tipo={quoteattr(kind)} errore={quoteattr(error)}>'
            f"<intestazione><mittente>{escape(sender)}</mittente>{people}<risposte>{escape(sender)}</risposte>"
            f"<oggetto>{escape(subject)}</oggetto></intestazione>"
            f"<dati><gestore-emittente>{escape(self.name)}</gestore-emittente>"
            f'<data zona="+0100"><giorno>{local:%d/%m/%Y}</giorno><ora>{local:%H:%M:%S}</ora></data>'
            f"<identificativo>{escape(identifier)}</identificativo><msgid>{escape(msgid)}</msgid>{more}</dati></postacert>\n"
        ).encode()

    def _written(
        self, fields: dict[str, str], at: datetime, words: str, data: bytes | str | None, original: bytes | None
    ) -> bytes:
        boundary = f"----=_Part_{next(_serial)}"
        parts = [b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + words.encode()]
        if isinstance(data, bytes):
            head = 'Content-Type: application/xml; name="daticert.xml"\r\nContent-Disposition: attachment; filename="daticert.xml"'
            parts.append(f"{head}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + data)
        if original is not None:
            head = 'Content-Type: message/rfc822; name="postacert.eml"\r\nContent-Disposition: attachment; filename="postacert.eml"'
            parts.append(f"{head}\r\n\r\n".encode() + original)
        body = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
        body += b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head_lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        head_lines += f"Date: {at.astimezone(ROME_WINTER):%a, %d %b %Y %H:%M:%S %z}\r\nMIME-Version: 1.0\r\n"
        if not self.signed:
            return head_lines.encode() + body
        return head_lines.encode() + self._signed(body)

    def _signed(self, body: bytes) -> bytes:
        signature = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(body)
            .add_signer(self.by.certificate, self.by.key, hashes.SHA256())
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
        )
        import base64

        boundary = f"----=_Signed_{next(_serial)}"
        return (
            f'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="{boundary}"\r\n\r\n'
            f"--{boundary}\r\n".encode() + body + f"\r\n--{boundary}\r\n".encode()
            + b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
            + base64.encodebytes(signature).replace(b"\n", b"\r\n") + f"--{boundary}--\r\n".encode()
        )  # fmt: skip
