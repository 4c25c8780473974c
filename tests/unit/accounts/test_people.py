"""What a person may do where."""

import pytest
from django.http import Http404

from sportello.foundation.tenancy import clock
from sportello.records.accounts.people import person_for

from .people import employ, team, town, user

pytestmark = pytest.mark.django_db


def test_anna_works_for_two_organisations_and_is_known_in_one_query(django_assert_num_queries):
    comune, negozio = town("comune"), town("negozio")
    anna = user()
    urp, care = team(comune), team(negozio, "care")
    employ(anna, comune, "operator", [urp, team(comune, "tributi")])
    employ(anna, negozio, "supervisor", [care])
    with django_assert_num_queries(1):
        person = person_for(anna)
        assert {place.organisation.slug: place.role for place in person.places} == {
            "comune": "operator", "negozio": "supervisor"}
        assert person.place_in(negozio).team_ids == {care.pk}
        assert len(person.team_ids) == 3
        assert len(person.membership_ids) == 2
        assert person.places[0].membership.user.name == "Anna Bianchi"
    assert person.serves(comune) and person.serves(negozio.pk)
    assert person.supervises(negozio) and not person.supervises(comune)


def test_what_she_does_not_work_for_does_not_exist():
    comune, negozio = town("comune"), town("negozio")
    anna = user()
    employ(anna, comune)
    person = person_for(anna)
    assert person.organisation("comune") == comune
    assert person.place_in(negozio) is None
    with pytest.raises(Http404):
        person.organisation("negozio")
    with pytest.raises(Http404):
        person.organisation("nessuno")


@pytest.mark.parametrize(("role", "live", "practice"), [
    ("operator", True, True), ("supervisor", True, True), ("specialist", True, True),
    ("administrator", False, False), ("trainee", False, True), ("assessor", False, True),
])
def test_who_reads_requests_of_customers(role, live, practice):
    real, school = town("comune"), town("scuola", "practice")
    one = user()
    employ(one, real, role, [team(real)])
    employ(one, school, role, [team(school)])
    person = person_for(one)
    assert (person.serves(real), person.serves(school)) == (live, practice)
    assert len(person.team_ids) == len(person.membership_ids) == live + practice
    assert person.administers(real) == (role == "administrator")
    assert person.supervises(real) == (role == "supervisor")


def test_who_runs_the_installation_reads_no_requests_even_with_a_role():
    comune = town()
    elena = user("Elena Riva", runs_installation=True)
    employ(elena, comune, "supervisor", [team(comune)])
    person = person_for(elena)
    assert not person.serves(comune) and not person.supervises(comune)
    assert person.team_ids == frozenset()


def test_an_ended_role_an_ended_team_and_a_switched_off_account_are_gone():
    comune, negozio = town("comune"), town("negozio")
    anna = user()
    old, new = team(comune, "old"), team(comune, "new")
    employ(anna, comune, "operator", [old, new])
    ended = employ(anna, negozio)
    ended.ended_at = clock.now(negozio)
    ended.save()
    old.ended_at = clock.now(comune)
    old.save()
    person = person_for(anna)
    assert [place.organisation for place in person.places] == [comune]
    assert person.team_ids == {new.pk}
    anna.is_active = False
    assert person_for(anna).places == ()
