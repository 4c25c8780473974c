"""The permission table, asked line by line of everybody: what is not yours does not exist."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from pytest_django import DjangoDbBlocker

from sportello.config import topics
from sportello.foundation.journal import actor
from sportello.records.accounts.actions.members import change_member, end_member
from sportello.records.accounts.models import User
from sportello.service.channels.webform import drafts

from .permission_addresses import addresses, product, topic_patterns, untold_addresses, untold_topics, walk
from .permission_scene import NOTE, WORDS, Kit, Scene, address_of, answer_of, events, make_scene
from .permissions import (
    DEMO,
    EVERYBODY,
    HOLDS_CODE,
    LINES,
    ORGANISATIONS,
    PEOPLE,
    SEES_TICKET,
    SERVES,
    SETS_UP,
    STAFF,
    TICKETS,
    TOPICS,
    VISITORS,
    Answer,
    Line,
)

pytestmark = pytest.mark.django_db

#: The first ticket of each organisation stands for it.
FIRST = {slug: next(about for about in TICKETS if about.startswith(slug)) for slug in ORGANISATIONS}
#: One of each kind: who asks for what is everybody's, and with methods that are not taken.
PROBERS = ("Anna", "Elena", "Leo", "anonymous", "Maria")
DONE = (200, 204, 301, 302)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Made once; one transaction holds it and the questions, and is taken back."""
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(drafts, "LEAST", drafts.LEAST * 0)  # a test fills forms faster than people
        yield make_scene()
        transaction.set_rollback(True)


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
    one: none of the others is told apart for them. Who sees several gets in at every address of the first of them, and
    at the page of each; what they do not see is asked at every address.
    """
    if line.right is EVERYBODY:
        return person in PROBERS
    if about not in TICKETS or about in FIRST.values() or line.name == "desk:ticket":
        return True
    slug = about.split()[0]
    seen = [one for one in TICKETS if one.startswith(slug) and person in TICKETS[one]]
    return person in SERVES.inside(slug) and (about not in seen or about == seen[0])


def kit_for(scene: Scene, about: str) -> Kit:
    return scene.kit(about or "borgo")


def ask_line(scene: Scene, line: Line, person: str, about: str, expect: Answer) -> list[str]:
    """Sentences for what was not as expected: the methods it takes, then those it does not."""
    kit = kit_for(scene, about)
    wrong: list[str] = []
    for method in ("GET", "POST"):
        takes = method in line.methods
        if not takes and (person not in PROBERS or about != abouts(line)[0]):
            continue
        if about in TICKETS and about not in FIRST.values() and method != line.methods[-1]:
            continue  # a view gets its ticket once, before it looks at the method
        with scene.question():
            before = events() if method == "POST" and expect != Answer.OPEN else 0
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
            if method == "POST" and got != Answer.OPEN and before and events() != before:
                wrong.append(f"{said}refused, and yet something was written")
    return wrong


def leaks(response: HttpResponse, person: str, line: Line) -> list[str]:
    """Words in the answer of tickets and notes this person may not read."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if not line.name.startswith("desk:"):
        return ["a note of colleagues shows"] if NOTE.encode() in body else []
    return [f"a word of the ticket “{about}” shows" for about, people in TICKETS.items()
            if person not in people and WORDS[about].encode() in body]


@pytest.mark.parametrize("person", PEOPLE)
def test_who_gets_which_answer(scene: Scene, person: str) -> None:
    wrong = [one for line in LINES for about in abouts(line) if tells(line, person, about)
             for one in ask_line(scene, line, person, about, expected(line, person, about))]
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
    hearer = topics.hearer_for(scene.cast.users[person])
    wrong: list[str] = []
    for line in TOPICS:
        for about in TICKETS if line.right is SEES_TICKET else [""]:
            name = line.example.format(**kit_for(scene, about))
            topic = next(one for one in topics.page().topics if one.pattern.fullmatch(name))
            may = person in (TICKETS[about] if about else line.right.inside())
            if (name in topic.admit(hearer, [name])) != may:
                wrong.append(f"{person} {'should' if may else 'must not'} hear of {name} ({about})")
    assert not wrong, "\n".join(wrong)


# ---- ways round the table


def test_no_form_is_taken_without_its_token(scene: Scene) -> None:
    """Whatever the right: a page of somebody else's cannot press our buttons."""
    strict = Client(enforce_csrf_checks=True)
    wrong: list[str] = []
    for line in LINES:
        for person in ("Anna", "Elena", "Maria"):
            with scene.question():
                strict.cookies = scene.cookies[person].copy()
                status = strict.post(address_of(line, scene.kit("borgo")), {}).status_code
            if status != 403:
                wrong.append(f"{person}, POST {line.name} without token: {status}; is its view csrf_exempt?")
    assert not wrong, "\n".join(wrong)


def test_other_methods_do_nothing(scene: Scene) -> None:
    wrong = []
    for line in LINES:
        for method in ("PUT", "PATCH", "DELETE"):
            with scene.question():
                status = scene.ask("Carla", line, scene.kit("borgo"), method).status_code
            # allauth's pages answer what they do not know with their page, or send on
            if status not in (405, 404, 302) and not line.name.startswith("account_"):
                wrong.append(f"{method} {line.name}: {status}")
    assert not wrong, "\n".join(wrong)


#: Arguments that name one thing of an organisation. `reply`, `sheet`, `kind` are words that both may have.
IDS = {"number", "attachment_id", "contact_id", "customer_id", "identity_id", "mail_id", "invitation_id", "kind_id",
       "member_id", "file_id", "notice_id", "token", "class_id", "hold_id", "disposal_number", "line_id", "package_id",
       "document_id", "letter_id", "entry_id", "print_id", "template_id", "pattern_id", "request_id"}
#: Addresses that answer the same whether or not there is such a thing.
SAYS_NOTHING = {"portal:code", "portal:leaving"}


@pytest.mark.parametrize("person", ["Anna", "Carla", "Dario", "Elena", "Hugo", "Irene", "Maria", "John"])
def test_a_thing_of_another_organisation_is_nothing_under_ours(scene: Scene, person: str) -> None:
    """Hugo works in both, and still a ticket of the shop is not to be had under the town's name."""
    wrong: list[str] = []
    for line in LINES:
        arguments = set(addresses()[line.name])
        if "slug" not in arguments or line.name in SAYS_NOTHING:
            continue
        for slug, other in (ORGANISATIONS, ORGANISATIONS[::-1]):
            for swapped in arguments & IDS:
                theirs = line.given.get(swapped, "{" + swapped + "}").format(**scene.kit(other))
                kit = {**scene.kit(slug), swapped: theirs}
                strange = Line(line.name, line.methods, line.right, line.body, given={**line.given, swapped: theirs})
                for method in line.methods:
                    with scene.question():
                        response = scene.ask(person, strange, kit, method)
                    if answer_of(response) == Answer.OPEN:
                        wrong.append(f"{person}, {method} {address_of(strange, kit)}: {swapped} is of {other}, "
                                     f"and yet {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_file_is_had_only_under_its_own_ticket(scene: Scene) -> None:
    """Anna sees the first ticket and not the named one: its files do not come by the first one's address."""
    shown, hidden = scene.kit("borgo normal front"), scene.kit("borgo named front")
    line = next(one for one in LINES if one.name == "desk:attachment")
    with scene.question():
        assert answer_of(scene.ask("Anna", line, shown, "GET")) == Answer.OPEN
        for file in ("attachment_id", "note_file_id"):
            mixed = {**shown, "attachment_id": hidden[file]}
            assert answer_of(scene.ask("Anna", line, mixed, "GET")) == Answer.HIDDEN
            assert answer_of(scene.ask("Carla", line, mixed, "GET")) == Answer.HIDDEN, "sees both, each under its own"


def test_the_customer_has_no_way_to_a_note(scene: Scene) -> None:
    """Neither its words (asked of every page in the table) nor its file, nor those of another ticket of theirs."""
    kit, other = scene.kit("borgo normal front"), scene.kit("borgo named front")
    line = next(one for one in LINES if one.name == "portal:file")
    with scene.question():
        assert answer_of(scene.ask("Maria", line, kit, "GET")) == Answer.OPEN
        for file in (kit["note_file_id"], other["file_id"], other["note_file_id"]):
            assert answer_of(scene.ask("Maria", line, {**kit, "file_id": file}, "GET")) == Answer.HIDDEN
        page = next(one for one in LINES if one.name == "portal:ticket")
        body = scene.ask("Maria", page, kit, "GET").content.decode()
        assert WORDS["borgo normal front"] in body, "the page was looked at at all"
        assert answer_of(scene.ask("Maria", page, other, "GET")) == Answer.CODE


def test_a_token_that_is_not_opens_nothing(scene: Scene) -> None:
    wrong = []
    for line in LINES:
        if "token" not in line.given:
            continue
        guessed = Line(line.name, line.methods, line.right, line.body, given={"token": "abcdefghijklmnopqrstuvwx"})
        for person in ("anonymous", "Elena"):
            for method in line.methods:
                with scene.question():
                    got = answer_of(scene.ask(person, guessed, scene.kit("borgo"), method))
                if got not in (Answer.GONE, Answer.HIDDEN):
                    wrong.append(f"{person}, {method} {line.name} with a guessed token {got}")
    assert not wrong, "\n".join(wrong)


# ---- rights that end while somebody is signed in


def answers(scene: Scene, person: str, name: str = "") -> dict[tuple[str, str], object]:
    """What they get at every address (or the one of this name), by its last method."""
    found: dict[tuple[str, str], object] = {}
    for line in LINES:
        if (name and line.name != name) or line.right in (EVERYBODY, DEMO, HOLDS_CODE):
            continue
        for about in abouts(line) if line.right.by_ticket else abouts(line)[:1]:
            with scene.question():
                response = scene.ask(person, line, kit_for(scene, about), line.methods[-1])
            found[line.name, about] = answer_of(response)
    return found


def as_in_the_table(person: str) -> dict[tuple[str, str], object]:
    return {
        (line.name, about): expected(line, person, about)
        for line in LINES if line.right not in (EVERYBODY, DEMO, HOLDS_CODE)
        for about in (abouts(line) if line.right.by_ticket else abouts(line)[:1])
    }


def test_who_stops_working_here_has_nothing_from_the_next_click(scene: Scene) -> None:
    """Bruno, signed in all the while, becomes as Leo, who left a month ago."""
    with scene.question():
        assert Answer.OPEN in answers(scene, "Bruno", "desk:ticket").values()
        end_member(scene.cast.member("Bruno"), actor.SYSTEM)
        assert answers(scene, "Bruno") == as_in_the_table("Leo")


def test_whose_account_is_switched_off_is_nobody(scene: Scene) -> None:
    with scene.question():
        User.objects.filter(pk=scene.cast.users["Carla"].pk).update(is_active=False)
        assert answers(scene, "Carla") == as_in_the_table("anonymous")


def test_a_role_changed_counts_from_the_next_click(scene: Scene) -> None:
    with scene.question():
        change_member(scene.cast.member("Bruno"), "administrator", [], actor.SYSTEM)
        assert answers(scene, "Bruno") == as_in_the_table("Elena")


def test_a_right_in_one_organisation_is_none_in_the_other(scene: Scene) -> None:
    """Hugo, made administrator of the shop, is an operator in the town as before."""
    with scene.question():
        change_member(scene.cast.member("Hugo", scene.cast.bottega), "administrator", [], actor.SYSTEM)
        for line in (one for one in LINES if one.right is SETS_UP):
            for slug, wanted in (("borgo", Answer.HIDDEN), ("bottega", Answer.OPEN)):
                with scene.question():
                    got = answer_of(scene.ask("Hugo", line, scene.kit(slug), line.methods[-1]))
                assert got == wanted, f"{line.name} in {slug}: {got}"


def test_who_leaves_a_team_loses_its_tickets(scene: Scene) -> None:
    """Dario, a specialist, sees those of his teams and those that name him: without a team, these alone."""
    with scene.question():
        change_member(scene.cast.member("Dario"), "specialist", [], actor.SYSTEM)
        left = answers(scene, "Dario", "desk:ticket")
        assert [about for (_name, about), got in left.items() if got == Answer.OPEN] == ["borgo named front"]


def test_who_runs_the_installation_reads_no_tickets_whatever_else_they_are(scene: Scene) -> None:
    with scene.question():
        User.objects.filter(pk=scene.cast.users["Anna"].pk).update(runs_installation=True)
        for name in ("desk:ticket", "desk:notes", "desk:attachment", "desk:search", "desk:customer"):
            assert set(answers(scene, "Anna", name).values()) == {Answer.HIDDEN}, name


def test_the_table_tells_people_apart() -> None:
    """A table in which everybody gets everything would pass all the above."""
    assert {right.answer(person, "borgo") for right in (SERVES, SETS_UP, HOLDS_CODE) for person in PEOPLE} == {
        Answer.OPEN, Answer.HIDDEN, Answer.LOGIN, Answer.CODE,
    }
    assert len(set(TICKETS.values())) == len(TICKETS)
    assert set(STAFF) | set(VISITORS) == set(PEOPLE)
