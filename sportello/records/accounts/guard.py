"""Who may call a view. Every view for people who work here carries exactly one of these.

    @serves_here
    def ticket(request: PersonRequest, person: Person, slug: str, number: str) -> HttpResponse: ...

Not signed in: the sign-in page, and back here afterwards (htmx: 401 with HX-Redirect, since a redirect would
be swapped into the page). Signed in without the right: 404, for what is not theirs does not exist. Where the
address names an organisation (keyword `slug`), the right must hold in that one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.http import http_date

from sportello.foundation.watch.current import note

from .models import User
from .people import Person, Place, person_for


class PersonRequest(HttpRequest):
    """A request behind a guard: somebody who works here sent it."""

    person: Person
    #: django-htmx's details: truthy for a request of htmx.
    htmx: Any


P = ParamSpec("P")
GuardedView = Callable[Concatenate[PersonRequest, Person, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]
_Right = Callable[[Person, Place], bool]


def works_here(view: GuardedView[P]) -> View:
    """Anyone with a place in an organisation, whatever the role."""
    return _guarded(view, "works_here", lambda person, place: True)


def serves_here(view: GuardedView[P]) -> View:
    """Who reads and answers customers' requests, in at least one organisation or in that of the address."""
    return _guarded(view, "serves_here", Person.serves)


def supervises_here(view: GuardedView[P]) -> View:
    """Who answers for the work of others."""
    return _guarded(view, "supervises_here", Person.supervises)


def administers_here(view: GuardedView[P]) -> View:
    """Who sets an organisation up."""
    return _guarded(view, "administers_here", Person.administers)


def runs_installation(view: GuardedView[P]) -> View:
    """Who runs the installation: sees how it does, and no tickets."""
    return _guarded(view, "runs_installation", None, lambda person: person.user.runs_installation)


def signed_in(view: GuardedView[P]) -> View:
    """Anyone with an account, even without a place (their own profile)."""
    return _guarded(view, "signed_in", None)


def _guarded(
    view: GuardedView[P], name: str, right: _Right | None, who: Callable[[Person], bool] | None = None
) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return to_sign_in(request)
        person = person_of(request)
        if right is not None and not _holds(person, right, kwargs.get("slug")):
            raise Http404
        if who is not None and not who(person):
            raise Http404
        _name(person, kwargs.get("slug"))
        response = view(cast("PersonRequest", request), person, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            # a desk is shared by shifts: "back" after signing out must not show the last one's customers
            _never_kept(response)
        return response

    guarded.__dict__["guard"] = name  # read by the permission table
    return guarded


def _never_kept(response: HttpResponseBase) -> None:
    """What `add_never_cache_headers` says, its date written once a second."""
    response.headers.setdefault("Expires", _date(int(time.time())))
    response.headers["Cache-Control"] = "max-age=0, no-cache, no-store, must-revalidate, private"


@lru_cache(1)
def _date(second: int) -> str:
    return http_date(second)


def person_of(request: HttpRequest) -> Person:
    """The person of a signed-in request, asked once a request."""
    known = getattr(request, "person", None)
    if not isinstance(known, Person):
        known = person_for(_behind(request.user))
        cast("PersonRequest", request).person = known
    return known


def _behind(user: object) -> User:
    """The row of a signed-in user, not what Django puts in its place until it is asked for: a page asks it for its id
    fifty times, and each time through that."""
    if type(user) is SimpleLazyObject:
        bool(user.is_authenticated)  # now it is there
        user = vars(user)["_wrapped"]
    return cast("User", user)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer for somebody not signed in; after signing in they come back to the page they were on."""
    back = _page_of(request)
    address = resolve_url(settings.LOGIN_URL) + ("?" + urlencode({"next": back}) if back else "")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _holds(person: Person, right: _Right, slug: object) -> bool:
    places = [place for place in person.places if slug is None or place.organisation.slug == slug]
    return any(right(person, place) for place in places)


def _name(person: Person, slug: object) -> None:
    """For the line of the log: who asks and of which organisation, as ids."""
    note(person=person.user.pk)
    here = next((place.organisation.pk for place in person.places if place.organisation.slug == slug), None)
    if here is not None:
        note(organisation=here)


def _page_of(request: HttpRequest) -> str:
    """The page somebody was looking at: an address to send by GET, on this host."""
    if request.headers.get("HX-Request") == "true":
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        return page.path + ("?" + page.query if page.query else "")
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""
