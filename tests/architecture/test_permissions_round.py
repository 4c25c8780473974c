"""Ways round the permission table: things of others under one's own names, forged forms, rights that have ended."""

from __future__ import annotations

from itertools import product as product_of

import pytest
from django.test import Client

from sportello.foundation.journal import actor
from sportello.records.accounts.actions.members import change_member, end_member
from sportello.records.accounts.models import User

from .permission_addresses import addresses, product
from .permission_asking import FIRST, abouts, expected, kit_for, written
from .permission_scene import WORDS, Scene, address_of, answer_of
from .permissions import DEMO, EVERYBODY, HOLDS_CODE, LINES, ORGANISATIONS, SETS_UP, Answer, Line

pytestmark = pytest.mark.django_db

#: Browsers send these by themselves, without a page of ours: they change a counter at most.
BY_THEMSELVES = ["policy_reports"]


def test_no_form_is_taken_without_its_token(scene: Scene) -> None:
    """Whatever the right: a page of somebody else's cannot press our buttons."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = scene.cookies["Anna"].copy()
    exempt = [one.name for one in product() if getattr(one.view, "csrf_exempt", False)]
    assert exempt == BY_THEMSELVES, "whoever asks, the check comes before the view"
    wrong: list[str] = []
    for line in LINES:
        if line.name in BY_THEMSELVES:
            continue
        with scene.question():
            status = strict.post(address_of(line, scene.kit("borgo")), {}).status_code
        if status != 403:
            wrong.append(f"POST {line.name} without token: {status}")
    assert not wrong, "\n".join(wrong)


def test_other_methods_do_nothing(scene: Scene) -> None:
    wrong = []
    for turn, line in enumerate(LINES):
        method = ("PUT", "PATCH", "DELETE")[turn % 3]
        with scene.question(), written() as statements:
            status = scene.ask("Carla", line, scene.kit("borgo"), method).status_code
        # allauth's pages answer what they do not know with their page, or send on
        if not line.name.startswith("account_") and (statements or status not in (405, 404, 302)):
            wrong.append(f"{method} {line.name}: {status} {statements}")
    assert not wrong, "\n".join(wrong)


#: Arguments that name one thing of an organisation. `reply`, `sheet`, `kind` are words that both may have.
IDS = {"number", "attachment_id", "contact_id", "customer_id", "identity_id", "mail_id", "invitation_id", "kind_id",
       "member_id", "file_id", "notice_id", "token", "class_id", "hold_id", "disposal_number", "line_id", "package_id",
       "document_id", "letter_id", "entry_id", "print_id", "template_id", "pattern_id", "request_id"}
#: Addresses that answer the same whether or not there is such a thing.
SAYS_NOTHING = {"portal:code", "portal:leaving"}


def askers(line: Line, slug: str) -> list[str]:
    """Who passes to the view at all: Hugo, who works in both and would see either; else who has most rights."""
    inside = line.right.inside(slug)
    if line.right is EVERYBODY:
        return ["Anna", "Maria"]
    return sorted({"Hugo", "Maria", "John"} & inside) or [one for one in ("Carla", "Irene", "Elena") if one in inside][:1]


def test_a_thing_of_another_organisation_is_nothing_under_ours(scene: Scene) -> None:
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
                for person, method in product_of(askers(line, slug), line.methods):
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
                first = [Answer.CODE] if line.right is HOLDS_CODE else []
                if got not in (Answer.GONE, Answer.HIDDEN, *first):
                    wrong.append(f"{person}, {method} {line.name} with a guessed token {got}")
    assert not wrong, "\n".join(wrong)


# ---- rights that end while somebody is signed in


def asked_of(line: Line) -> list[str]:
    """One ticket and one organisation tell a right from none; the page of a ticket is asked of each."""
    if line.right.by_ticket and line.name != "desk:ticket":
        return list(FIRST.values())
    return abouts(line) if line.right.by_ticket else abouts(line)[:1]


def answers(scene: Scene, person: str, name: str = "") -> dict[tuple[str, str], object]:
    """What they get at every address (or the one of this name), by its last method."""
    found: dict[tuple[str, str], object] = {}
    for line in LINES:
        if (name and line.name != name) or line.right in (EVERYBODY, DEMO, HOLDS_CODE):
            continue
        for about in asked_of(line):
            with scene.question():
                response = scene.ask(person, line, kit_for(scene, about), line.methods[-1])
            found[line.name, about] = answer_of(response)
    return found


def as_in_the_table(person: str) -> dict[tuple[str, str], object]:
    return {
        (line.name, about): expected(line, person, about)
        for line in LINES if line.right not in (EVERYBODY, DEMO, HOLDS_CODE)
        for about in asked_of(line)
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
