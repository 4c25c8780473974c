"""Asking the permission table of one person, and what is wrong with the answer.

Thousands of requests: pages that say no are drawn as their sentence alone (how they look is tested elsewhere), templates
without the test client's record of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.base import Template
from django.template.context import Context
from pytest_django import DjangoDbBlocker

from sportello.foundation.ui import refusals
from sportello.service.channels.webform import drafts

from .permission_addresses import addresses, guards
from .permission_scene import NOTE, WORDS, Kit, Scene, address_of, answer_of, make_scene
from .permissions import (
    EVERYBODY,
    NOTHING_THERE,
    ORGANISATIONS,
    RUNS,
    SERVES,
    SETS_UP,
    SIGNED_IN,
    SUPERVISES,
    TICKETS,
    WORKS,
    Answer,
    Line,
)

#: The first ticket of each organisation stands for it.
FIRST = {slug: next(about for about in TICKETS if about.startswith(slug)) for slug in ORGANISATIONS}
#: One of each kind: who asks for what is everybody's, and with methods that are not taken.
PROBERS = ("Anna", "Elena", "Leo", "anonymous", "Maria")
DONE = (200, 204, 301, 302)
#: Who passes which guard of the desk: it is the outermost, and asks nothing of the method.
GUARDS = {"works_here": WORKS, "serves_here": SERVES, "supervises_here": SUPERVISES, "administers_here": SETS_UP,
          "signed_in": SIGNED_IN, "runs_installation": RUNS}
#: Who works where, whatever they may do there; and who asks in the other organisation for all that do not.
HAS_A_PLACE = {"borgo": WORKS.borgo | {"Leo"}, "bottega": WORKS.bottega}
ASKED_OUTSIDE = frozenset({"Irene", "Carla", "Elena"})
#: Operators in the town like Anna, who is asked by every method: of them the last tells whether they get in.
AS_ANNA = ("Bruno", "Hugo")
#: What a request may write although it is refused: the browser's own session.
OF_THE_BROWSER = '"django_session"'


def scene_for_a_module(blocker: DjangoDbBlocker, *, quick: bool = True) -> Iterator[Scene]:
    """Made once; one transaction holds it and the questions, and is taken back."""
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch, blocker.unblock(), transaction.atomic():
        patch.setattr(drafts, "LEAST", drafts.LEAST * 0)  # a test fills forms faster than people
        scene = make_scene()
        patch.setattr(Template, "_render", _render)
        if quick:
            patch.setattr(refusals, "say", _say)
        yield scene
        transaction.set_rollback(True)


def _render(template: Template, context: Context) -> str:
    """As Django does outside of tests, where no copy of every context is kept."""
    return str(template.nodelist.render(context))


def _say(request: HttpRequest, sentence: object, status: int, *, title: str = "") -> HttpResponse:
    return HttpResponse(str(sentence), status=status, content_type="text/plain")


class Written:
    """The statements of a question that write, but for the browser's session."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE") and OF_THE_BROWSER not in str(sql):
            self.statements.append(str(sql)[:80])
        return execute(sql, params, many, context)


@contextmanager
def written() -> Iterator[list[str]]:
    watch = Written()
    with connection.execute_wrapper(watch):
        yield watch.statements


def abouts(line: Line) -> list[str]:
    """What a line is asked about: every ticket, every organisation, or nothing in particular."""
    if line.right.by_ticket:
        return list(TICKETS)
    if "slug" not in addresses()[line.name]:
        return [""]
    return [ORGANISATIONS[0]] if line.right is EVERYBODY else list(ORGANISATIONS)


def expected(line: Line, person: str, about: str) -> Answer:
    if line.right.by_ticket:
        return line.right.for_one_of(TICKETS[about] & line.right.inside(about.split()[0]), person)
    return line.right.answer(person, about)


def tells(line: Line, person: str, about: str) -> bool:
    """Whether asking teaches anything; three thousand pages are drawn as it is.

    What is everybody's is asked of one of each kind. Of the tickets, who serves nobody in the organisation is asked of
    one: none of the others is told apart for them. Who has no place in either organisation is asked in the first, and who
    has one in the other only is stood for by the supervisors and the administrator. Who sees several gets in at every address of the first of them, and
    at the page of each; what they do not see is asked at every address.
    """
    if line.right is EVERYBODY:
        return person in PROBERS
    if about and person not in HAS_A_PLACE[about.split()[0]] | line.right.inside(about.split()[0]) | ASKED_OUTSIDE:
        return about == abouts(line)[0]
    if about not in TICKETS or about in FIRST.values() or line.name == "desk:ticket":
        return True
    slug = about.split()[0]
    seen = [one for one in TICKETS if one.startswith(slug) and person in TICKETS[one]]
    return person in SERVES.inside(slug) and (about not in seen or about == seen[0])


def kit_for(scene: Scene, about: str) -> Kit:
    return scene.kit(about or "borgo")


def stopped_at_the_guard(line: Line, person: str, about: str) -> bool:
    """Nothing of the view runs for them: they get the same by each method."""
    guard = GUARDS.get(guards().get(line.name, ""))
    return guard is not None and person not in guard.inside(about.split()[0] if about else "")


def methods_to_ask(line: Line, person: str, about: str) -> list[str]:
    if about in TICKETS and about not in FIRST.values():
        return [line.methods[-1]]  # a view gets its ticket once, before it looks at the method
    if stopped_at_the_guard(line, person, about) or (person in AS_ANNA and about.startswith("borgo")):
        return [line.methods[-1]]
    return ["GET", "POST"] if person in PROBERS and about == abouts(line)[0] else list(line.methods)


def ask_line(scene: Scene, line: Line, person: str, about: str, expect: Answer) -> list[str]:
    """Sentences for what was not as expected: the methods it takes, then those it does not."""
    kit = kit_for(scene, about)
    wrong: list[str] = []
    for method in methods_to_ask(line, person, about):
        takes = method in line.methods
        asking = nullcontext() if stopped_at_the_guard(line, person, about) else scene.question()
        with asking, written() as statements:
            response = scene.ask(person, line, kit, method)
            got = answer_of(response)
            wants = {expect} if takes else {Answer.METHOD} if expect == Answer.OPEN else {Answer.METHOD, expect}
            said = f"{person}, {method} {address_of(line, kit)} ({line.name}, {about or 'anywhere'}; for {line.right.says}): "
            if got not in wants:
                wrong.append(f"{said}{' or '.join(wants)} was expected, but {got} ({response.status_code})")
            elif takes and got == Answer.OPEN:
                wrong += [said + one for one in leaks(response, person, line)]
                if method == "POST" and line.body is not None and response.status_code not in DONE:
                    wrong.append(f"{said}the table's body was not done ({response.status_code}): correct it")
            if method == "POST" and got != Answer.OPEN and statements and line.right is not NOTHING_THERE:
                wrong.append(f"{said}refused, and yet something was written: {statements[0]}")
    return wrong


def body_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def leaks(response: HttpResponse, person: str, line: Line) -> list[str]:
    """Words in the answer of tickets and notes this person may not read."""
    body = body_of(response)
    if not line.name.startswith("desk:"):
        return ["a note of colleagues shows"] if NOTE.encode() in body else []
    return [f"a word of the ticket “{about}” shows" for about, people in TICKETS.items()
            if person not in people and WORDS[about].encode() in body]


def all_of(scene: Scene, lines: tuple[Line, ...], person: str) -> list[str]:
    """Everything a person is asked; sentences of what was not as in the table."""
    return [one for line in lines for about in abouts(line) if tells(line, person, about)
            for one in ask_line(scene, line, person, about, expected(line, person, about))]
