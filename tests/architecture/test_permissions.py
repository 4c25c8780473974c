"""The permission table is complete, and what is not yours does not exist: every line asked of everybody, in two files."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings
from django.urls import path

from sportello.config import topics

from .permission_addresses import product, topic_patterns, untold_addresses, untold_topics, walk
from .permission_asking import abouts, all_of, ask_line, expected, kit_for
from .permission_scene import Scene
from .permissions import (
    DEMO,
    HOLDS_CODE,
    LINES,
    PEOPLE,
    SEES_TICKET,
    SERVES,
    SETS_UP,
    STAFF,
    TICKETS,
    TOPICS,
    VISITORS,
    Answer,
)

pytestmark = pytest.mark.django_db
#: The others are asked in `test_permissions_others.py`, so that two processes share the work.
ASKED_HERE = ("Anna", "Bruno", "Elena", "Fabio", "Gina", "Carla", "Root", "anonymous")


# ---- nothing is missing from the table


def test_every_address_stands_in_the_table() -> None:
    said = untold_addresses(product())
    assert not said, "\n".join(said)


def test_every_live_topic_stands_in_the_table() -> None:
    said = untold_topics(topic_patterns())
    assert not said, "\n".join(said)


def test_an_address_or_topic_without_a_line_is_named_with_what_to_add() -> None:
    def stray(request: object) -> None: ...

    found = [*product(), *walk([path("desk/<slug:slug>/export/", stray, name="export"), path("x/", stray)])]
    said = untold_addresses(found)
    assert any('/desk/<slug:slug>/export/ is in no line' in one and 'Line("export"' in one for one in said)
    assert any("/x/ has no name" in one for one in said)
    assert any('Line("desk:closure") has no address' in one
               for one in untold_addresses([one for one in product() if one.name != "desk:closure"]))
    assert any("stands twice" in one for one in untold_addresses(product(), [*LINES, LINES[0]]))
    assert any("team:" in one for one in untold_topics([*topic_patterns(), re.compile("team:[a-z]+")]))
    assert untold_topics(topic_patterns()[:1])


def test_every_address_of_the_desk_has_a_guard() -> None:
    """The guard is the outermost: before it nothing of the view runs, whatever the method."""
    bare = [one.route for one in product() if one.name.startswith("desk:") and not getattr(one.view, "guard", "")]
    assert not bare, f"without works_here, serves_here, supervises_here or administers_here: {bare}"


# ---- everybody at every address


@pytest.mark.parametrize("person", ASKED_HERE)
def test_who_gets_which_answer(scene: Scene, person: str) -> None:
    wrong = all_of(scene, LINES, person)
    assert not wrong, "\n".join(wrong)


@override_settings(DEMO=True)
def test_the_demo_opens_its_own_pages_and_no_others(scene: Scene) -> None:
    wrong = [one for line in LINES if line.right is DEMO or line.right is HOLDS_CODE for person in ("anonymous", "Anna", "Root")
             for one in ask_line(scene, line, person, abouts(line)[0],
                                 Answer.OPEN if line.right is DEMO else expected(line, person, "borgo"))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", STAFF)
def test_who_may_hear_of_what(scene: Scene, person: str) -> None:
    """The live stream asks the same table: the topic of a ticket is for who sees the ticket."""
    hearer = topics.page().viewer(scene.cast.users[person])
    wrong: list[str] = []
    for line in TOPICS:
        for about in TICKETS if line.right is SEES_TICKET else [""]:
            name = line.example.format(**kit_for(scene, about))
            topic = next(one for one in topics.page().topics if one.pattern.fullmatch(name))
            may = person in (TICKETS[about] if about else line.right.inside())
            if (name in topic.admit(hearer, [name])) != may:
                wrong.append(f"{person} {'should' if may else 'must not'} hear of {name} ({about})")
    assert not wrong, "\n".join(wrong)


def test_the_table_tells_people_apart() -> None:
    """A table in which everybody gets everything would pass all the above."""
    assert {right.answer(person, "borgo") for right in (SERVES, SETS_UP, HOLDS_CODE) for person in PEOPLE} == {
        Answer.OPEN, Answer.HIDDEN, Answer.LOGIN, Answer.CODE,
    }
    assert len(set(TICKETS.values())) == len(TICKETS)
    assert set(STAFF) | set(VISITORS) == set(PEOPLE)
