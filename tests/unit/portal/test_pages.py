"""Small things the pages are made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from sportello.faces.portal.page import caller
from sportello.faces.portal.templatetags.portal import plain_blocks
from sportello.foundation.tenancy.clock import server_now
from sportello.service.channels.webform import doors
from sportello.service.channels.webform.models import DoorCount
from tests.cast import Cast


def test_plain_text_becomes_paragraphs_and_lists_and_nothing_else() -> None:
    drawn = plain_blocks("Serve:\n- la carta\n- <script>\n\nVeda https://borgo.test/a")
    assert drawn.startswith('<p>Serve:</p><ul class="portal-list"><li>la carta</li><li>&lt;script&gt;</li></ul>')
    assert '<a href="https://borgo.test/a"' in drawn


def test_who_knocks_is_the_address_and_for_ipv6_the_household() -> None:
    ask = RequestFactory()
    assert caller(ask.get("/", REMOTE_ADDR="192.0.2.7")) == "192.0.2.7"
    assert caller(ask.get("/", REMOTE_ADDR="2001:db8:1:2:3::9")) == "2001:db8:1:2::/64"
    assert caller(ask.get("/", REMOTE_ADDR="unix:")) == "unix:"


def test_a_header_anyone_can_write_is_believed_only_behind_our_proxy(settings: Any) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.9"})
    assert caller(request) == "127.0.0.1"
    settings.BEHIND_TLS = True
    assert caller(request) == "192.0.2.9", "the last one is what our proxy saw; those before it are the visitor's words"


@pytest.mark.django_db
def test_a_door_counts_by_organisation_and_who_and_opens_again(cast: Cast) -> None:
    door = doors.Door("form", 2, 10)
    assert [doors.knock(cast.borgo, door, "192.0.2.7") for _ in range(3)] == [True, True, False]
    assert doors.is_shut(cast.borgo, door, "192.0.2.7")
    assert doors.knock(cast.bottega, door, "192.0.2.7") and doors.knock(cast.borgo, door, "192.0.2.8")
    assert "192.0.2.7" not in str(list(DoorCount.objects.values())), "addresses are not kept"
    DoorCount.objects.update(began_at=server_now() - timedelta(minutes=11))
    assert not doors.is_shut(cast.borgo, door, "192.0.2.7")
    assert doors.knock(cast.borgo, door, "192.0.2.7")
