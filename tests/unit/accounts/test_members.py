"""People get a place, change it, lose it; the journal tells, so that open screens follow."""

import threading

import pytest
from django.db import connection

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.records.accounts.actions.members import add_member, change_member, end_member
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import person_for
from tests.waiting import LIMIT

from .people import employ, team, town, user

ELENA = actor.person(1)


def told(organisation):
    events = Event.objects.filter(organisation_id=organisation.pk).order_by("id")
    return [(event.verb, event.payload) for event in events]


@pytest.mark.django_db
def test_anna_begins_changes_and_leaves():
    comune, anna = town(), user()
    urp, tributi = team(comune), team(comune, "tributi")
    membership = add_member(comune, anna, "operator", [urp], ELENA)
    change_member(membership, "supervisor", [urp, tributi], ELENA)
    assert person_for(anna).supervises(comune) and person_for(anna).team_ids == {urp.pk, tributi.pk}
    change_member(membership, "supervisor", [tributi, urp], ELENA)
    end_member(membership, ELENA)
    end_member(membership, ELENA)
    assert person_for(anna).places == ()
    assert told(comune) == [
        ("membership.began", {"user_id": anna.pk, "role": "operator"}),
        ("membership.changed", {"user_id": anna.pk, "role": "supervisor", "team_ids": [urp.pk, tributi.pk]}),
        ("membership.ended", {"user_id": anna.pk}),
    ]


@pytest.mark.django_db
def test_who_comes_back_gets_the_row_that_their_work_points_at():
    comune, anna = town(), user()
    urp = team(comune)
    first = add_member(comune, anna, "supervisor", [urp], ELENA)
    end_member(first, ELENA)
    again = add_member(comune, anna, "operator", [], ELENA)
    assert again.pk == first.pk and again.is_active
    assert person_for(anna).team_ids == frozenset()
    assert not person_for(anna).supervises(comune)


@pytest.mark.django_db
def test_what_is_not_the_organisations_is_refused():
    comune, negozio, anna = town(), town("negozio"), user()
    ended = team(comune, "old")
    ended.ended_at = ended.organisation and add_member(comune, anna, "operator", [], ELENA).began_at
    ended.save()
    membership = Membership.objects.get()
    for role, teams, field in [("king", [], "role"), ("operator", [team(negozio)], "teams"),
                               ("operator", [ended], "teams")]:
        with pytest.raises(Refusal) as refused:
            change_member(membership, role, teams, ELENA)
        assert refused.value.field == field
    with pytest.raises(Refusal, match=anna.name):
        add_member(comune, anna, "operator", [], ELENA)
    end_member(membership, ELENA)
    with pytest.raises(Refusal):
        change_member(membership, "supervisor", [], ELENA)
    assert Membership.objects.get().role == "operator"


@pytest.mark.django_db
def test_somebody_always_administers():
    comune = town()
    elena, other = employ(user("Elena Riva"), comune, "administrator"), user("Ugo Neri", is_active=False)
    employ(other, comune, "administrator")
    for attempt in (lambda: end_member(elena, ELENA), lambda: change_member(elena, "operator", [], ELENA)):
        with pytest.raises(Refusal):
            attempt()
    other.is_active = True
    other.save()
    end_member(elena, ELENA)
    assert not Membership.objects.get(pk=elena.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_take_each_others_place_at_once():
    comune = town()
    both = [employ(user(name), comune, "administrator") for name in ("Elena Riva", "Ugo Neri")]
    start, refused = threading.Barrier(2), []

    def leave(membership):
        start.wait(LIMIT)
        try:
            end_member(membership, ELENA)
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert len(refused) == 1
    assert Membership.objects.filter(ended_at=None).count() == 1
