"""Who may look at mail that is on no ticket."""

import pytest
from django.http import Http404

from sportello.foundation.files import actions as files
from sportello.foundation.tenancy import clock
from sportello.service.channels.models import IncomingMail, Mailbox
from sportello.service.channels.quarantine import get_mail
from tests.cast import Cast

State = IncomingMail.State


@pytest.mark.parametrize(
    ("state", "cause", "may_look"),
    [(State.QUARANTINED, "no_sender", True), (State.MACHINE, "set_aside", True), (State.MACHINE, "bounce", False),
     (State.PENDING, "", False), (State.TICKETED, "", False), (State.DUPLICATE, "", False)],
)
def test_a_report_that_quotes_a_letter_is_not_looked_at_by_guessing_its_number(
    cast: Cast, state: str, cause: str, may_look: bool
) -> None:
    now = clock.now(cast.borgo)
    mail = IncomingMail.objects.create(
        organisation=cast.borgo, mailbox=Mailbox.objects.get(address="urp@borgo.test"), raw=files.keep(cast.borgo, b"Subject: x\n\ny"),
        door="smtp", received_at=now, stored_at=now, state=state, cause=cause,
    )
    if may_look:
        assert get_mail(cast.person("Bruno"), "borgo", mail.pk) == mail
    else:
        with pytest.raises(Http404):
            get_mail(cast.person("Bruno"), "borgo", mail.pk)
    with pytest.raises(Http404):
        get_mail(cast.person("Irene"), "borgo", mail.pk)
