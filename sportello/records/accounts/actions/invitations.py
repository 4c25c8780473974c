"""The only way to get an account: somebody who administers an organisation invites an address.

The token travels in the mail only; its digest is kept. It works once, for seven days of the organisation's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from sportello.foundation.core import ids
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal import actor
from sportello.foundation.journal.actions import record
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..models import Invitation, InvitationTeam, Membership, Team, User
from .members import add_member, check_place

log = logging.getLogger("sportello.accounts")

LASTS = timedelta(days=7)


def invite(
    organisation: Organisation, email: str, role: str, teams: Iterable[Team], by: Membership | None, *,
    name: str = "", language: str = "",
) -> tuple[Invitation, str]:
    """Invite an address; the invitation and its token. The mail leaves when the transaction is done.

    `by` None: the installation itself (command line). `language` is that of the mail where the address has no
    account yet. An older invitation of the same address stops working. Raises Refusal on `email`, `role`, `teams`;
    without a field, after the commit, when the mail could not leave.
    """
    address = _address(email)
    chosen = check_place(organisation, role, teams)
    if Membership.objects.filter(organisation=organisation, user__email=address, ended_at__isnull=True).exists():
        raise Refusal(_("Who has this address already works here."), field="email")
    now = clock.now(organisation)
    token = ids.token()
    who = actor.person(by.user_id) if by else actor.SYSTEM
    with transaction.atomic():
        for older in _waiting(organisation, address):
            _withdraw(older, who)
        invitation = Invitation.objects.create(
            organisation=organisation, email=address, name=one_line(name, 150), role=role,
            token_digest=ids.digest(token), invited_by=by, invited_at=now, expires_at=now + LASTS,
        )
        InvitationTeam.objects.bulk_create(
            InvitationTeam(organisation=organisation, invitation=invitation, team=team) for team in chosen
        )
        record(organisation, "invitation.sent", invitation, who, role=role)
        transaction.on_commit(lambda: _send(invitation, token, language))
    return invitation, token


def find_invitation(token: str) -> Invitation:
    """The invitation a token opens. Raises Refusal when it is unknown, used, withdrawn or too old."""
    invitation = (
        Invitation.objects.filter(token_digest=ids.digest(token))
        .select_related("organisation", "invited_by__user").first()
    )
    if invitation is None:
        raise Refusal(_("This address is not complete. Copy it whole from the e-mail, on one line."))
    _check_open(invitation)
    return invitation


def accept(token: str, name: str, password: str, *, language: str = "") -> User:
    """Make the account and its place. The address is proven: the token came by mail.

    Raises Refusal on `name` or `password`; without a field where the token opens nothing, or the address has an
    account already (`accept_as` is for that).
    """
    with transaction.atomic():
        invitation = _taken(token)
        if User.objects.filter(email=invitation.email).exists():
            raise Refusal(_("You already have an account with this address. Sign in and open the invitation again."))
        shown = one_line(name, 150)
        if not shown:
            raise Refusal(_("Write your name as colleagues should read it."), field="name")
        spoken = language if language in dict(settings.LANGUAGES) else invitation.organisation.first_language
        user = User(email=invitation.email, name=shown, language=spoken)
        try:
            validate_password(password, user)
        except ValidationError as wrong:
            raise Refusal(" ".join(wrong.messages), field="password") from None
        user.set_password(password)
        user.save()
        _settle(invitation, user)
    return user


def accept_as(token: str, user: User) -> Membership:
    """Add the place to the account of somebody signed in. Raises Refusal when the invitation is another's."""
    with transaction.atomic():
        invitation = _taken(token)
        if user.email != invitation.email:
            raise Refusal(_("This invitation is for another address. Sign out, then open it again."))
        return _settle(invitation, user)


def withdraw(invitation: Invitation, by: Membership | None) -> None:
    """The token stops working. Raises Refusal when it was used already; doing it twice is no error."""
    with transaction.atomic():
        current = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if current.accepted_at:
            raise Refusal(_("The invitation was accepted in the meantime: end the person's role instead."))
        if not current.withdrawn_at:
            _withdraw(current, actor.person(by.user_id) if by else actor.SYSTEM)
    invitation.withdrawn_at = current.withdrawn_at


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refusal(_("Write a complete e-mail address, such as anna@example.org."), field="email") from None
    return address


def _waiting(organisation: Organisation, address: str) -> list[Invitation]:
    rows = Invitation.objects.filter(organisation=organisation, email=address, accepted_at__isnull=True,
                                     withdrawn_at__isnull=True)
    return list(rows.select_for_update(of=("self",)))


def _withdraw(invitation: Invitation, who: actor.Actor) -> None:
    invitation.withdrawn_at = clock.now(invitation.organisation)
    invitation.save(update_fields=["withdrawn_at"])
    record(invitation.organisation, "invitation.withdrawn", invitation, who)


def _taken(token: str) -> Invitation:
    """The open invitation, locked: two clicks make one account."""
    rows = Invitation.objects.select_related("organisation").select_for_update(of=("self",))
    invitation = rows.filter(token_digest=ids.digest(token)).first()
    if invitation is None:
        raise Refusal(_("This address is not complete. Copy it whole from the e-mail, on one line."))
    _check_open(invitation)
    return invitation


def _check_open(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise Refusal(_("This invitation has been used. Sign in with your address and password."))
    if invitation.withdrawn_at:
        raise Refusal(_("This invitation has been withdrawn, or a newer one was sent. Ask who invited you."))
    if invitation.expires_at <= clock.now(invitation.organisation):
        raise Refusal(_("This invitation is too old: it worked for seven days. Ask for a new one."))


def _settle(invitation: Invitation, user: User) -> Membership:
    who = actor.person(user.pk)
    teams = [place.team for place in invitation.places.select_related("team") if place.team.is_active]
    membership = add_member(invitation.organisation, user, invitation.role, teams, who)
    invitation.accepted_at = clock.now(invitation.organisation)
    invitation.save(update_fields=["accepted_at"])
    record(invitation.organisation, "invitation.accepted", invitation, who, user_id=user.pk)
    return membership


def _send(invitation: Invitation, token: str, language: str) -> None:
    """In the language of the invited person: of their account, else as asked, else the organisation's first."""
    organisation = invitation.organisation
    account = User.objects.filter(email=invitation.email).first()
    wanted = account.language if account else language
    spoken = wanted if wanted in dict(settings.LANGUAGES) else organisation.first_language
    last_day = clock.local(organisation, invitation.expires_at)
    with translation.override(spoken):
        context = {
            "name": invitation.name, "organisation": organisation,
            "inviter": invitation.invited_by.user.name if invitation.invited_by else "",
            "role": Membership.Role(invitation.role).label, "has_account": account is not None,
            "last_day": last_day, "day": _day(last_day),
            "address": settings.PUBLIC_URL + reverse("account_invitation", args=[token]),
        }
        subject = one_line(_("Your account at %(organisation)s") % {"organisation": organisation.name}, 200)
        text = render_to_string("accounts/mail/invitation.txt", context)
    try:
        send_mail(subject, text, None, [invitation.email])
    except Exception as failure:  # whatever the mail backend raises: the invitation stands, its letter did not leave
        log.exception("invitation %s not sent", invitation.pk)
        raise Refusal(_("The invitation is made, but its e-mail could not be sent. Check the mailbox's settings, then "
                        "invite again.")) from failure


def _day(instant: datetime) -> str:
    """As "30 November 2026", "30 novembre 2026": Django writes Italian months with a capital letter."""
    day = formats.date_format(instant, "j F Y")
    return day.lower() if translation.get_language() == "it" else day
