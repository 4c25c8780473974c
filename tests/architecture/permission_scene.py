"""What the permission table is asked about: one of everything in both organisations, made once, and nothing kept.

Everything lies in one transaction that is taken back at the end, and each question in a savepoint of its own: what
a POST does is gone before the next person asks. Every ticket carries a word that stands on no other, so that a page
which shows more than it may gives itself away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from sportello.foundation.files.actions import keep
from sportello.foundation.files.models import Logo
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions.invitations import invite
from sportello.records.accounts.models import Branch, Team
from sportello.records.customers.models import Identity
from sportello.records.knowledge.models import ServiceSheet, ServiceSheetText
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.tickets import codes
from sportello.records.tickets.actions import contacts, handling, messages
from sportello.records.tickets.models import Attachment, Link, Ticket
from sportello.records.tickets.words import File, Words
from sportello.service.channels import waiting
from sportello.service.channels.models import (
    BlockedSender,
    Collector,
    Delivery,
    Dispatch,
    FormSender,
    IncomingMail,
    Mailbox,
    OutTrayMail,
)
from sportello.service.channels.webform import drafts
from tests.architecture.permission_pec import certify
from tests.cast import Cast, assemble
from tests.desk_work import PICTURE

from .permission_answering import lay_out_knowledge
from .permission_archive import archive_kit
from .permission_complaints import complaint_kit, complaint_scene
from .permission_customers import customer_kit
from .permission_documents import organisation_kit, ticket_kit
from .permission_offices import offices_kit
from .permissions import NAMED, ORGANISATIONS, STAFF, TICKETS, Answer, Line

#: In every note of the scene; of colleagues only.
NOTE = "girasole"
#: A word of each ticket, in its subject.
WORDS = dict(zip(TICKETS, ("zafferano", "ornitorinco", "melograno", "biancospino", "corbezzolo", "finocchio"), strict=True))
KINDS = {"front": "information", "taxes": "complaint", "care": "order"}
#: Who works on the scene's tickets before the questions begin, and who has a contact not ended.
HANDS = {"borgo": "Anna", "bottega": "Irene"}

Kit = dict[str, str]


@dataclass
class Scene:
    cast: Cast
    #: The values that stand in addresses and bodies, by ticket of TICKETS and by organisation.
    tickets: dict[str, Kit]
    here: dict[str, Kit]
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def kit(self, about: str) -> Kit:
        """For "borgo", or for a ticket of TICKETS."""
        return self.tickets.get(about) or self.here[about]

    @contextmanager
    def question(self) -> Iterator[None]:
        """A savepoint taken back: whatever is asked in it has not happened."""
        cache.clear()  # allauth counts its tries there
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def ask(self, person: str, line: Line, kit: Kit, method: str) -> HttpResponse:
        """The answer a person gets in their own browser; call within `question`."""
        self.client.cookies = SimpleCookie(self.cookies[person].output(header=""))
        address = address_of(line, kit)
        if method == "GET":
            return self.client.get(address)
        data = {name: value.format(**kit) for name, value in (line.body or {}).items()}
        return self.client.generic(method, address) if method != "POST" else self.client.post(address, data)

    def sign_in(self, person: str) -> None:
        client = Client()
        client.force_login(self.cast.users[person], backend="django.contrib.auth.backends.ModelBackend")
        self.cookies[person] = client.cookies


def address_of(line: Line, kit: Kit) -> str:
    """Where a line is for these values: every argument the pattern names is in the scene or in the line."""
    from .permission_addresses import addresses

    given = {name: value.format(**kit) for name, value in line.given.items()}
    wanted = addresses()[line.name]
    address = reverse(line.name, kwargs={name: given.get(name) or kit[name] for name in wanted})
    return f"{address}?{line.query.format(**kit)}" if line.query else address


def answer_of(response: HttpResponse) -> Answer | str:
    """What kind of answer it was; a string for one the table has no word for."""
    status, to = response.status_code, response.get("Location", "")
    known = {404: Answer.HIDDEN, 403: Answer.REFUSED, 405: Answer.METHOD, 410: Answer.GONE}
    if status in known:
        return known[status]
    if status == 302 and to.startswith(reverse(settings.LOGIN_URL)):
        return Answer.LOGIN
    if status == 302 and "/follow/?number=" in to:
        return Answer.CODE
    return Answer.OPEN if status in (200, 204, 301, 302, 409, 422) else f"answers {status}"


# ---- making it


def make_scene() -> Scene:
    """In the current transaction."""
    cast = assemble()
    Team.objects.create(organisation=cast.bottega, slug="returns", names={"it": "Resi", "en": "Returns"})
    here = {slug: _organisation(cast, getattr(cast, slug)) for slug in ORGANISATIONS}
    for slug in ORGANISATIONS:
        here[slug] |= complaint_scene(getattr(cast, slug), cast.member(HANDS[slug], getattr(cast, slug)))
    tickets: dict[str, Kit] = {}
    for about in TICKETS:
        slug = about.split()[0]
        tickets[about] = {**here[slug], **_ticket(cast, getattr(cast, slug), about)}
        tickets[about] |= offices_kit(cast, tickets[about]["ticket_id"], HANDS[slug])
    for slug in ORGANISATIONS:
        own = [kit for about, kit in tickets.items() if about.startswith(slug + " ")]
        _join(cast, own)
        here[slug] |= own[0] | _portal(getattr(cast, slug), own[0])
        here[slug] |= customer_kit(cast, slug, own[0]["customer_id"])
        here[slug] |= archive_kit(cast, slug, own[0]["ticket_id"])
    _trouble()
    scene = Scene(cast, tickets, here)
    for person in STAFF:
        scene.sign_in(person)
    scene.cookies["anonymous"] = SimpleCookie()
    scene.cookies["Maria"] = _with_code(here["borgo"])
    scene.cookies["John"] = _with_code(here["bottega"])
    return scene


def _organisation(cast: Cast, organisation: Organisation) -> Kit:
    slug = organisation.slug
    hand = cast.member(HANDS[slug], organisation)
    colleague = cast.member({"borgo": "Bruno", "bottega": "Hugo"}[slug], organisation)
    teams = list(Team.objects.filter(organisation=organisation).order_by("pk"))
    sheet = ServiceSheet.objects.create(organisation=organisation, slug="mensa", on_portal=True)
    ServiceSheetText.objects.create(organisation=organisation, sheet=sheet, language="it", title="Mensa", summary="Rate.")
    known = lay_out_knowledge(organisation, hand)
    invitation, token = invite(organisation, f"nino.{slug}@example.org", "operator", teams[:1], hand)
    mailbox = Mailbox.objects.filter(organisation=organisation, is_default=True).get()
    collector = Collector.objects.create(
        organisation=organisation, mailbox=mailbox, host="127.0.0.1", port=1, security="none", user="urp",
        began_at=clock.server_now(),
    )
    block = BlockedSender.objects.create(
        organisation=organisation, sender="rumore.example", reason="Rumore", blocked_by=hand,
        blocked_at=clock.now(organisation),
    )
    form = FormSender.objects.create(
        organisation=organisation, sender="moduli@example.net", added_at=clock.now(organisation)
    )
    held = IncomingMail.objects.create(
        organisation=organisation, mailbox=mailbox, raw=keep(organisation, f"Subject: {slug}\r\n\r\nCiao".encode()),
        door="smtp", sender="tizio@example.net", subject="Offerta", received_at=clock.now(organisation),
        stored_at=clock.server_now(), state=IncomingMail.State.QUARANTINED, cause="blocked",
    )
    out = OutTrayMail.objects.create(
        organisation=organisation, recipients=["maria@example.org"], sender=mailbox.address, subject="Ricevuta",
        raw=keep(organisation, b"Subject: Ricevuta\r\n\r\nEcco"), put_at=clock.now(organisation), rfc_id=f"<{slug}@t>",
    )
    kind = Kind.objects.get(organisation=organisation, is_default=True)
    spare = Team.objects.create(organisation=organisation, slug="spare", names={"it": "Scorta"})
    branch = Branch.objects.create(organisation=organisation, slug="sede", names={"it": "Sede"})
    Logo.objects.create(organisation=organisation, blob=keep(organisation, PICTURE))
    tomorrow = clock.local(organisation, clock.now(organisation)) + timedelta(days=2)
    return organisation_kit(organisation, hand, kind) | {
        **known, "slug": slug, "name": "all", "spare_team_id": str(spare.pk), "branch_id": str(branch.pk), "sheet": "mensa", "face": "portal", "language": "it", "kind": kind.slug,
        "kind_id": str(kind.pk), "procedure_id": str(Procedure.objects.get(kind=kind).pk), "team_id": str(teams[0].pk), "other_team_id": str(teams[-1].pk),
        "member_id": str(colleague.pk), "invitation_id": str(invitation.pk), "invitation": token,
        "contact_id": str(contacts.begin(organisation, hand, "counter").pk), "mail_id": str(held.pk), "block_id": str(block.pk), "form_id": str(form.pk), "mailbox_id": str(collector.mailbox_id),
        "out_mail_id": str(out.pk), "tomorrow": f"{tomorrow:%Y-%m-%d}", "uidb36": "1", "key": "c0-ffee",
    }


def _ticket(cast: Cast, organisation: Organisation, about: str) -> Kit:
    """As its name in TICKETS says, with a file, a mail in HTML, and a note with a file."""
    slug, sensitivity, team = about.split()
    hand = cast.member(HANDS[slug], organisation)
    address = {"borgo": "maria@example.org", "bottega": "john@example.org"}[slug]
    ticket = cast.ticket(f"Mensa {WORDS[about]}", address=address, organisation=organisation)
    wanted = Team.objects.get(organisation=organisation, slug=team)
    Ticket.objects.filter(pk=ticket.pk).update(team=wanted)
    # no number of one organisation is one of the other
    number = f"{ticket.number[:5]}{organisation.pk % 1000:03}{int(ticket.number[5:]):04}"
    Ticket.objects.filter(pk=ticket.pk).update(number=number)
    ticket = Ticket.objects.select_related("organisation", "customer", "team").get(pk=ticket.pk)
    received = messages.receive(
        ticket, Words(text=f"Ecco il {WORDS[about]}.", subject="Re: Mensa", html="<p>Ecco.</p>", language="it",
                      sender_name="Maria Popescu", sender_address=address,
                      files=(File("ricevuta.txt", keep(organisation, WORDS[about].encode())),)),
        channel="email", customer=ticket.customer, actor=actor.customer(ticket.customer_id),
    )
    messages.note(ticket, hand, f"Parola tra noi: {NOTE}.",
                  files=(File(f"{NOTE}.txt", keep(organisation, NOTE.encode())),))
    messages.answer(ticket, hand, f"Abbiamo visto il {WORDS[about]}.", to=[("Maria Popescu", address)],
                    base_position=ticket.last_public_position)
    handling.assign(ticket, None, by=hand, expected_owner_id=hand.pk)  # an owner is always among the named
    people = [cast.member(name, organisation) for name in NAMED.get(about, ())]
    if sensitivity != "normal":
        handling.change_sensitivity(ticket, sensitivity, named=people[1:], by=people[0] if people else hand)
    ticket.refresh_from_db()
    later = waiting.send(ticket, hand, waiting.Reply(f"A domani: {WORDS[about]}.", ticket.last_public_position,
                                                     to=[("Maria Popescu", address)]), seconds=30)
    ticket.refresh_from_db()
    files = Attachment.objects.filter(entry__ticket=ticket)
    file = files.get(filename="ricevuta.txt")
    identity = Identity.objects.filter(customer=ticket.customer).first()
    assert identity is not None
    return ticket_kit(ticket, hand, WORDS[about]) | {
        "row_id": certify(received), "number": ticket.number, **complaint_kit(ticket, hand),
        "attachment_id": str(file.pk), "file_id": str(file.pk), "code": codes.code_of(ticket),
        "notice_id": str(ticket.notices.order_by("id")[0].pk),
        "note_file_id": str(files.exclude(pk=file.pk).get().pk), "position": str(received.entry.position),
        "public_position": str(ticket.last_public_position), "ticket_id": str(ticket.pk),
        "other_team_id": str(Team.objects.filter(organisation=organisation).exclude(pk=ticket.team_id)[0].pk),
        "customer_id": str(ticket.customer_id), "identity_id": str(identity.pk), "waiting_id": str(later.pk),
    }


def _join(cast: Cast, own: list[Kit]) -> None:
    """The first ticket is linked with every other: what a link tells of is seen by who sees it."""
    first, *others = [Ticket.objects.select_related("organisation").get(pk=kit["ticket_id"]) for kit in own]
    for other in others:
        Link.objects.create(organisation=first.organisation, ticket=first, other=other, kind="perhaps",
                            made_at=clock.now(first.organisation))


def _portal(organisation: Organisation, kit: Kit) -> Kit:
    """A form being filled, and one sent within the hour."""
    draft, writing = drafts.begin(organisation, clock.server_now())
    drafts.write(draft, {"kind": kit["kind"], "subject": "Orari", "text": "Quando?", "name": "Maria Popescu",
                         "email": "maria@example.org", "phone": "", "language": "it", "privacy": "on"})
    done, sent = drafts.begin(organisation, clock.server_now())
    drafts.mark_sent(done, Ticket.objects.get(pk=kit["ticket_id"]))
    return {"draft": writing, "sent": sent}


def _trouble() -> None:
    """Nothing written left: every ticket is on the pages that show what went wrong."""
    Dispatch.objects.update(state=Dispatch.State.FAILED, answer="550 no such user")
    Delivery.objects.update(state=Delivery.State.FAILED, answer="550 no such user")


def _with_code(kit: Kit) -> SimpleCookie:
    client = Client()
    answer = client.post(f"/o/{kit['slug']}/follow/", {"number": kit["number"], "code": kit["code"]})
    assert answer.status_code == 302, "the scene's code does not open its ticket"
    return client.cookies
