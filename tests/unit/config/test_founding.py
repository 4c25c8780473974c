"""An organisation of one's own: founded by a command, ready for its first request."""

import argparse

import pytest

from sportello.config.commands import found, mailbox
from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Invitation
from sportello.records.procedures.models import Procedure
from sportello.records.procedures.queries import default_kind, kinds_for_portal, procedure_for, unconfirmed
from sportello.service.channels.email import secrets
from sportello.service.channels.models import Mailbox
from sportello.service.routing.actions import team_for


def asked(**changes: str) -> argparse.Namespace:
    words = {"slug": "borgo", "name": "Comune di Borgo", "sector": "public_body", "mailbox": "URP@borgo.example",
             "administrator": "elena@borgo.example"}
    return argparse.Namespace(**{**words, **changes})


@pytest.fixture(autouse=True)
def no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sportello.config.cli.start_django", lambda: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sector", ["public_body", "shop", "call_centre"])
def test_it_is_ready_for_its_first_request(capsys: pytest.CaptureFixture[str], sector: str) -> None:
    assert found.run(asked(sector=sector)) == 0
    organisation = Organisation.objects.get()
    assert "/accounts/invitation/" in capsys.readouterr().out
    assert Invitation.objects.get().role == "administrator"
    assert Mailbox.objects.get().address == "urp@borgo.example"
    for kind in kinds_for_portal(organisation):
        assert procedure_for(kind, kind.procedures.get().valid_from).term_value > 0
        assert team_for(organisation, kind).team.is_active
    assert default_kind(organisation).position == 0
    for procedure in Procedure.objects.filter(organisation=organisation).exclude(code=""):
        assert procedure.is_on is (not unconfirmed(procedure) and procedure.defined.on), procedure.code
    loaded = {"public_body": "foia", "shop": "withdrawal", "call_centre": "gdpr_rights"}[sector]
    assert Procedure.objects.get(organisation=organisation, code=loaded).is_on


@pytest.mark.django_db(transaction=True)
def test_twice_is_refused_with_a_sentence_and_nothing_half_made() -> None:
    found.run(asked())
    for changes in ({}, {"slug": "altro"}, {"mailbox": "altra@borgo.example"}, {"slug": "Con Spazi", "mailbox": "c@borgo.example"},
                    {"slug": "nuovo", "mailbox": "non un indirizzo"}):
        with pytest.raises(Trouble):
            found.run(asked(**changes))
    assert Organisation.objects.count() == 1
    assert Mailbox.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_server_is_set_and_its_password_is_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found.run(asked())
    monkeypatch.setenv("SPORTELLO_SMTP_PASSWORD", "un-segreto")
    words = argparse.Namespace(address="urp@borgo.example", host="smtp.example", port=2525, security="none", user="urp",
                               channel=None)
    assert mailbox.run(words) == 0
    assert "un-segreto" not in capsys.readouterr().out
    box = Mailbox.objects.get()
    assert (box.smtp_host, box.smtp_port) == ("smtp.example", 2525)
    assert "un-segreto" not in box.smtp_password
    assert secrets.password_of(box) == "un-segreto"
    with pytest.raises(Trouble):
        mailbox.run(argparse.Namespace(address="x@y.example", host=None, port=None, security=None, user=None,
                                       channel=None))
