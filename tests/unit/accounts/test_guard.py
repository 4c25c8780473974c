"""What a view answers to whom."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from sportello.records.accounts import guard

from .people import employ, town, user

pytestmark = pytest.mark.django_db


def ask(view, who=None, method="get", path="/desk/comune/?a=1", headers=None, **kwargs):
    request = getattr(RequestFactory(), method)(path, headers=headers or {})
    request.user = who or AnonymousUser()
    return view(request, **kwargs)


def named(request, person, slug=""):
    assert request.person is person
    return HttpResponse(f"{person.user.name} {slug}")


works, serves = guard.works_here(named), guard.serves_here(named)
supervises, administers = guard.supervises_here(named), guard.administers_here(named)


def test_a_stranger_is_sent_to_sign_in_and_comes_back():
    answer = ask(serves)
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=%2Fdesk%2Fcomune%2F%3Fa%3D1"


def test_a_stranger_who_posted_does_not_come_back_to_an_address_that_cannot_be_opened():
    assert ask(serves, method="post")["Location"] == "/accounts/login/"


def test_a_part_of_a_page_is_not_replaced_by_the_sign_in_page():
    answer = ask(serves, method="post", headers={
        "HX-Request": "true", "HX-Current-URL": "http://testserver/desk/comune/tickets/2026-0000001/"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fdesk%2Fcomune%2Ftickets%2F2026-0000001%2F"


def test_without_a_place_there_is_nothing_here():
    with pytest.raises(Http404):
        ask(works, user())


@pytest.mark.parametrize(("role", "open_to"), [
    ("operator", {works, serves}), ("specialist", {works, serves}), ("supervisor", {works, serves, supervises}),
    ("administrator", {works, administers}), ("trainee", {works}), ("assessor", {works}),
])
def test_each_guard_lets_its_roles_in(role, open_to):
    one = user()
    employ(one, town(), role)
    for view in (works, serves, supervises, administers):
        if view in open_to:
            assert ask(view, one, slug="comune").content == b"Anna Bianchi comune"
        else:
            with pytest.raises(Http404):
                ask(view, one, slug="comune")


def test_a_right_in_one_organisation_opens_nothing_of_another():
    one = user()
    employ(one, town("comune"), "supervisor")
    employ(one, town("negozio"), "operator")
    assert ask(supervises, one).status_code == 200
    assert ask(supervises, one, slug="comune").status_code == 200
    with pytest.raises(Http404):
        ask(supervises, one, slug="negozio")
    with pytest.raises(Http404):
        ask(works, one, slug="altrove")


def test_pages_of_the_desk_are_not_kept_by_the_browser_and_say_who_guards_them():
    one = user()
    employ(one, town())
    assert "no-store" in ask(serves, one)["Cache-Control"]
    assert serves.guard == "serves_here"
