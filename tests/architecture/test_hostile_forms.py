"""A hostile walk through every form: ids of others in each field, values that are none, fields sent twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .hostile import VALUES, Pages, Prober, asker, forged, read_pages
from .permission_scene import WORDS, Kit, Scene, address_of
from .permissions import LINES, SEES_TICKET, Line

pytestmark = pytest.mark.django_db
POSTED = tuple(line for line in LINES if "POST" in line.methods)


@pytest.fixture(scope="module")
def pages(scene: Scene) -> Pages:
    found = read_pages(scene)
    assert sum(len(fields) for fields in found.fields.values()) > 300, "the pages' forms were not found"
    return found


@pytest.fixture
def prober(scene: Scene) -> Iterator[Prober]:
    one = Prober(scene)
    yield one
    one.close()
    assert not one.wrong, f"{len(one.wrong)} of {one.asked}:\n" + "\n".join(one.wrong)


def sent(line: Line, kit: Kit, pages: Pages) -> dict[str, str]:
    """What the page's own form sends, and what the table says is good enough."""
    path = address_of(line, kit).split("?")[0]
    body = {name: value.format(**kit) for name, value in (line.body or {}).items()}
    return {**pages.fields.get(path, {}), **body}


def names_an_id(line: Line, kit: Kit, pages: Pages, name: str) -> bool:
    """Chosen from what the page offers, or named in the table as the id of something."""
    path = address_of(line, kit).split("?")[0]
    return name in pages.chosen.get(path, ()) or "{" in (line.body or {}).get(name, "")


def test_an_id_of_another_organisation_in_each_field(scene: Scene, prober: Prober, pages: Pages) -> None:
    """What the form takes, with one field forged at a time, and all of them: done or refused, nothing of theirs shows."""
    kit, theirs = scene.kit("borgo"), scene.kit("bottega")
    for line in POSTED:
        body = sent(line, kit, pages)
        for name in body:
            if names_an_id(line, kit, pages, name):
                value = forged(name, theirs)[0]
                prober.send(asker(line), line, kit, "POST", f"{name}={value}", data={**body, name: value}, follow=True)
        every = {name: forged(name, theirs)[-1] for name in body}
        prober.send(asker(line), line, kit, "POST", "all forged", data=every, follow=True)


def test_an_id_of_a_ticket_one_does_not_see(scene: Scene, prober: Prober, pages: Pages) -> None:
    """Anna works on her ticket with the numbers, files and letters of one that only named people see."""
    kit, hidden = scene.kit("borgo normal front"), scene.kit("borgo named front")
    for line in POSTED:
        if line.right is not SEES_TICKET:
            continue
        body = sent(line, kit, pages)
        for name in body:
            value = forged(name, hidden)[0]
            if value != kit.get(name) and (names_an_id(line, kit, pages, name) or name in ("number", "into", "other", "ticket")):
                prober.send("Anna", line, kit, "POST", f"{name}={value}", data={**body, name: value}, follow=True,
                            hidden=(WORDS["borgo named front"],))


def test_values_that_are_none(scene: Scene, prober: Prober, pages: Pages) -> None:
    """Each third of the fields in turn, the others as they should be; a NUL in all at once; each field sent twice."""
    kit = scene.kit("borgo")
    for turn, line in enumerate(POSTED):
        body = sent(line, kit, pages)
        for third in range(3):
            bad = {name: VALUES[(turn + at) % len(VALUES)] for at, name in enumerate(body) if at % 3 == third}
            if bad:
                prober.send(asker(line), line, kit, "POST", f"{bad}"[:200], data={**body, **bad})
        prober.send(asker(line), line, kit, "POST", "NUL", data=dict.fromkeys(body, "\x00"))
        twice = {name: [value, VALUES[turn % len(VALUES)]] for name, value in body.items()}
        prober.send(asker(line), line, kit, "POST", "twice", data=twice)
