"""A PEC box for Borgo, its provider, and what comes and goes there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.records.tickets.actions import messages
from sportello.records.tickets.models import Message, Ticket
from sportello.service.channels import intake, outbox
from sportello.service.channels.models import CertifiedLetter, Delivery, Dispatch, IncomingMail, Mailbox
from tests.cast import Cast
from tests.flows.mail_fixtures import arrive, letter
from tests.pec_provider import Provider

BOX = "protocollo@pec.borgo.test"
FIRM = "ditta@pec.example.it"


@dataclass
class PecBox:
    """The box, the provider, and a firm that writes by PEC."""

    cast: Cast
    provider: Provider = field(default_factory=Provider)

    def __post_init__(self) -> None:
        Mailbox.objects.create(
            organisation=self.cast.borgo, address=BOX, shown_name="Protocollo Borgo Lieto", channel="pec"
        )

    @property
    def now(self) -> datetime:
        """To the second, as receipts tell it."""
        return clock.now(self.cast.borgo).replace(microsecond=0)

    def writes(
        self, text: str = "Chiedo la residenza.", *, subject: str = "Istanza", late: timedelta = timedelta(0), **more
    ) -> IncomingMail:
        """The firm writes by PEC; `late` is how long ago its provider certified it."""
        original = letter(text, sender=f"Ditta Bianchi <{FIRM}>", to=BOX, subject=subject, **more)
        return self.comes(self.provider.envelope(original, FIRM, [BOX], at=self.now - late))

    def comes(self, raw: bytes) -> IncomingMail:
        return arrive(raw, to=BOX, envelope_from="posta-certificata@pec.gestore.test", door="imap")

    def answer(self, ticket: Ticket, text: str = "Le rispondiamo.", **more) -> Message:
        """Anna answers, and it leaves."""
        ticket.refresh_from_db()
        said = messages.answer(
            ticket, self.cast.member("Anna"), text, base_position=ticket.last_public_position, **more
        )
        outbox.work()
        return said

    def sent(self, message: Message) -> bytes:
        """The bytes as the provider got them."""
        return read(CertifiedLetter.objects.get(dispatch__message=message).raw)

    def receipt(self, message: Message, kind: str, *, late: timedelta = timedelta(0), **more) -> IncomingMail:
        """The provider's receipt about it comes; `late` moves its legal instant back."""
        return self.comes(self.provider.receipt(kind, self.sent(message), at=self.now - late, **more))

    @staticmethod
    def deliveries(message: Message) -> dict[str, str]:
        found = Delivery.objects.filter(dispatch__message=message).order_by("pk")
        return {one.address: one.state for one in found}

    @staticmethod
    def dispatch(message: Message) -> Dispatch:
        return Dispatch.objects.get(message=message)

    @staticmethod
    def work() -> None:
        while intake.work() or outbox.work():
            pass
