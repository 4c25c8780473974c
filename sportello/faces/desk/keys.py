"""Every key of the lists and of the ticket page: one registry for the card, the choices and the test that holds them.

`mod+…` are combinations: they work while one types and cannot be turned off. The others are keys of one character
(WCAG 2.2, 2.1.4): each person may turn them off or change them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.people import Person

from . import nav
from .actions.many import VERBS
from .models import KeyChoice


@dataclass(frozen=True)
class Key:
    keys: str
    word: Any
    wanted: str = ""

    @property
    def can_change(self) -> bool:
        """Sequences begin with one key that is changed for all of them; combinations stay."""
        return len(self.keys) == 1 and self.keys != "?"


_EVERYWHERE: Final = (
    ("mod+k", gettext_lazy("Find anything")),
    ("?", gettext_lazy("The keys of this page")),
    ("/", gettext_lazy("Search in everything")),
    ("mod+enter", gettext_lazy("Send or save what is written")),
    ("mod+i", gettext_lazy("Saved replies")),
)
_LIST: Final = (
    ("j", gettext_lazy("Next row")),
    ("k", gettext_lazy("Previous row")),
    ("enter", gettext_lazy("Open the row")),
    ("space", gettext_lazy("Choose the row, for many at once")),
    ("f", gettext_lazy("Filter")),
    ("y", gettext_lazy("Views")),
    ("z", gettext_lazy("Undo for all that were done")),
)
_TICKET: Final = (
    ("r", gettext_lazy("Reply")),
    ("n", gettext_lazy("Internal note")),
    ("l", gettext_lazy("Record a call")),
    ("i", gettext_lazy("Search what we know")),
    ("t", gettext_lazy("Take")),
    ("a", gettext_lazy("Give to a colleague")),
    ("m", gettext_lazy("Pass to another team")),
    ("w", gettext_lazy("Wait, or resume")),
    ("c", gettext_lazy("Close")),
    ("o", gettext_lazy("Open again")),
    ("d", gettext_lazy("Promise a date")),
    ("p", gettext_lazy("Priority")),
    ("x", gettext_lazy("Kind of request")),
    ("v", gettext_lazy("Who may see it")),
    ("s", gettext_lazy("Put aside, or take back")),
    ("e", gettext_lazy("Tags")),
    ("shift+l", gettext_lazy("Link")),
    ("shift+o", gettext_lazy("Ask an office")),
    ("shift+i", gettext_lazy("Merge into another")),
    ("b", gettext_lazy("Split")),
    ("shift+b", gettext_lazy("Move entries")),
    ("h", gettext_lazy("Print")),
    ("shift+j", gettext_lazy("Next in the list")),
    ("shift+k", gettext_lazy("Previous in the list")),
    ("u", gettext_lazy("Back to the list")),
    ("q", gettext_lazy("Close the tab")),
)
_TYPED: Final = re.compile(r"[^\s\w]|\w")


def groups(person: Person) -> list[tuple[Any, list[Key]]]:
    """The card: (where, keys), with what this person changed."""
    changed = choice_of(person).changed
    places = tuple((keys, whole) for _word, whole, _icon, keys in nav.LISTS.values())
    others = tuple((keys, word) for _key, word, _icon, keys, _name, _right in nav.OTHERS)
    chosen = tuple((verb.keys, verb.word) for verb in VERBS.values())
    named = (
        (gettext_lazy("Everywhere"), _EVERYWHERE),
        (gettext_lazy("Go to"), (*places, *others, (nav.BELL.hotkey, nav.BELL.label))),
        (gettext_lazy("In a list"), _LIST),
        (gettext_lazy("With rows chosen"), chosen),
        (gettext_lazy("On a ticket"), _TICKET),
    )
    return [(where, [Key(keys, word, changed.get(keys, "")) for keys, word in rows]) for where, rows in named]


def choice_of(person: Person) -> KeyChoice:
    """What they chose; what is delivered where they chose nothing."""
    found = KeyChoice.objects.filter(member_id__in=sorted(person.membership_ids)).order_by("pk").first()
    return found or KeyChoice(changed={})


def choose(person: Person, *, is_off: bool, changed: Mapping[str, str]) -> None:
    """Keep the choice with the first place they serve in. Refused when one key would mean two things."""
    known = {key.keys for _where, rows in groups(person) for key in rows if key.can_change}
    wanted = {key: to.lower() for key, to in changed.items() if key in known and to and to.lower() != key}
    if any(not _TYPED.fullmatch(to) or to == "?" for to in wanted.values()):
        raise Refusal(_("A key is one character, and not “?”."))
    # keys of lists and of tickets are on one page together: none may mean two things
    meant = [wanted.get(key, key) for key in known]
    twice = sorted({key for key in meant if meant.count(key) > 1} | {key for key in meant if key == "g"})
    if twice:
        raise Refusal(_("“%(key)s” would mean two things. Choose another key.") % {"key": twice[0]})
    place = person.serving[0]
    KeyChoice.objects.update_or_create(
        organisation=place.organisation, member=place.membership, defaults={"is_off": is_off, "changed": wanted}
    )


def changed_in(said: QueryDict) -> dict[str, str]:
    """From the form: fields `key-<key>`."""
    return {name.removeprefix("key-"): said.get(name, "").strip() for name in said if name.startswith("key-")}
