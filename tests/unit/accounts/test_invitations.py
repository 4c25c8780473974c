"""An invitation: sent, opened once, too old, withdrawn."""

from datetime import timedelta

import pytest
from django.core import mail

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.invitations import (
    accept,
    accept_as,
    find_invitation,
    invite,
    withdraw,
)
from sportello.records.accounts.models import Invitation, Membership, User
from sportello.records.accounts.people import person_for

from .people import PASSWORD, employ, team, town, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def comune():
    return town()


@pytest.fixture
def elena(comune):
    return employ(user("Elena Riva"), comune, "administrator")


def ask(comune, elena, committed, **more):
    with committed(execute=True):
        return invite(comune, " Bruno@Desk.example", "operator", [team(comune, "anagrafe")], elena, **more)


def test_bruno_is_invited_and_makes_his_account(comune, elena, django_capture_on_commit_callbacks):
    invitation, token = ask(comune, elena, django_capture_on_commit_callbacks, name="Bruno Sala")
    (letter,) = mail.outbox
    assert letter.to == ["bruno@desk.example"]
    assert token in letter.body and "Elena Riva" in letter.body and comune.name in letter.body
    assert token not in str(Invitation.objects.values().get())
    bruno = accept(token, " Bruno  Sala ", PASSWORD, language="en")
    assert (bruno.email, bruno.name, bruno.language) == ("bruno@desk.example", "Bruno Sala", "en")
    assert bruno.check_password(PASSWORD)
    person = person_for(bruno)
    assert person.serves(comune) and len(person.team_ids) == 1
    assert [event.verb for event in Event.objects.filter(organisation_id=comune.pk).order_by("id")] == [
        "invitation.sent", "membership.began", "invitation.accepted"]
    invitation.refresh_from_db()
    assert invitation.accepted_at


def test_the_letter_is_in_the_language_of_who_reads_it(comune, elena, django_capture_on_commit_callbacks):
    ask(comune, elena, django_capture_on_commit_callbacks, language="en")
    user("Bruno Sala", language="it")
    invite_again = {"language": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        invite(comune, "bruno@desk.example", "operator", [], elena, **invite_again)
    english, italian = mail.outbox
    assert "invites you" in english.body and "Your role: Operator" in english.body
    assert "invites you" not in italian.body and "la invita" in italian.body


@pytest.mark.parametrize("what", ["used", "withdrawn", "replaced", "old", "unknown"])
def test_a_token_that_opens_nothing_says_why(comune, elena, django_capture_on_commit_callbacks, what):
    invitation, token = ask(comune, elena, django_capture_on_commit_callbacks)
    if what == "used":
        accept(token, "Bruno", PASSWORD)
    elif what == "withdrawn":
        withdraw(invitation, elena)
        withdraw(invitation, elena)
    elif what == "replaced":
        invite(comune, "bruno@desk.example", "supervisor", [], elena)
    elif what == "old":
        clock.move_to(comune, clock.now(comune) + timedelta(days=7, seconds=1))
        Invitation.objects.update()
    else:
        token = token[:-1]
    for attempt in (lambda: find_invitation(token), lambda: accept(token, "Bruno", PASSWORD)):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.field == ""
    assert User.objects.filter(email="bruno@desk.example").count() == (what == "used")


def test_a_used_invitation_is_not_withdrawn(comune, elena, django_capture_on_commit_callbacks):
    invitation, token = ask(comune, elena, django_capture_on_commit_callbacks)
    accept(token, "Bruno", PASSWORD)
    with pytest.raises(Refusal):
        withdraw(invitation, elena)


@pytest.mark.parametrize(("name", "password", "field"), [
    ("Bruno", "breve", "password"), ("Bruno", "password123", "password"), ("  ", PASSWORD, "name"),
])
def test_a_weak_password_makes_no_account_and_uses_nothing_up(
    comune, elena, django_capture_on_commit_callbacks, name, password, field
):
    _, token = ask(comune, elena, django_capture_on_commit_callbacks)
    with pytest.raises(Refusal) as refused:
        accept(token, name, password)
    assert refused.value.field == field
    assert not User.objects.filter(email="bruno@desk.example").exists()
    assert accept(token, "Bruno", PASSWORD)


def test_who_has_an_account_gets_one_more_place_and_nobody_else_does(
    comune, elena, django_capture_on_commit_callbacks
):
    bruno, anna = user("Bruno Sala"), user()
    _, token = ask(comune, elena, django_capture_on_commit_callbacks)
    with pytest.raises(Refusal):
        accept(token, "Not Bruno", "another long phrase")
    with pytest.raises(Refusal):
        accept_as(token, anna)
    accept_as(token, bruno)
    assert Membership.objects.get(user=bruno).role == "operator"
    assert bruno.check_password(PASSWORD)


def test_who_already_works_here_or_has_no_address_is_not_invited(comune, elena):
    for address in ("elena@desk.example", "elena", ""):
        with pytest.raises(Refusal) as refused:
            invite(comune, address, "operator", [], elena)
        assert refused.value.field == "email"
    assert mail.outbox == []


def test_a_letter_that_cannot_leave_is_told_and_the_invitation_stands(
    comune, elena, django_capture_on_commit_callbacks, settings
):
    settings.EMAIL_BACKEND = "tests.unit.accounts.people.NoServer"
    with pytest.raises(Refusal), django_capture_on_commit_callbacks(execute=True):
        invite(comune, "bruno@desk.example", "operator", [], elena)
    assert Invitation.objects.get().withdrawn_at is None
