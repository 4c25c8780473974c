"""The file plan in force: read, confirmed, changed. It begins as the one that comes with the product."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind

from ..models import FileClass, Filing, KindClass
from ..models.file_plan import CODE

MOST_YEARS: Final = 100
_MOST_CLASSES: Final = 500


@dataclass(frozen=True)
class Wanted:
    """A class as somebody writes it. `years` None: kept for ever."""

    code: str
    titles: dict[str, str]
    years: int | None
    source: str
    families: tuple[str, ...] = ()


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    """The plan that comes with the product, as data."""
    return tuple(yaml.safe_load(files(__package__).joinpath("plans/usual.yaml").read_text("utf-8")))


def ensure(organisation: Organisation) -> None:
    """The shipped plan, where there is none yet. Safe to call by many at once."""
    if FileClass.objects.filter(organisation=organisation).exists():
        return
    now = clock.now(organisation)
    FileClass.objects.bulk_create(
        (
            FileClass(
                organisation=organisation, code=row["code"], titles=row["titles"], years=row.get("years"),
                families=row.get("families", []), source=row["source"], confidence=row["confidence"],
                question=row.get("question", {}), began_at=now,
            )
            for row in shipped()
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def in_force(organisation: Organisation) -> list[FileClass]:
    """Every class in force, in the order of the tree: `2.10` after `2.9`."""
    ensure(organisation)
    rows = FileClass.objects.filter(organisation=organisation, ended_at__isnull=True).select_related(
        "confirmed_by__user"
    )
    return sorted(rows[:_MOST_CLASSES], key=lambda row: order_of(row.code))


def order_of(code: str) -> tuple[int, ...]:
    return tuple(int(part) for part in code.split("."))


def leaves(classes: list[FileClass]) -> list[FileClass]:
    """Those that file tickets: with none below them."""
    codes = [row.code for row in classes]
    return [row for row in classes if not any(code.startswith(f"{row.code}.") for code in codes)]


def class_for(kind: Kind) -> FileClass:
    """What a closed ticket of `kind` falls under."""
    chosen = KindClass.objects.filter(kind=kind).first()
    return class_among(in_force(kind.organisation), kind, chosen.code if chosen else "")


def class_among(classes: list[FileClass], kind: Kind, chosen: str) -> FileClass:
    """The class chosen for the kind, else the one of its family, else the one that keeps longest: what nobody placed
    is not lost early."""
    usable = leaves(classes)
    found = next((row for row in usable if chosen and row.code == chosen), None)
    found = found or next((row for row in usable if kind.family in row.families), None)
    return found or max(usable, key=lambda row: (row.years is None, row.years or 0))


def with_code(organisation: Organisation, code: str) -> FileClass:
    """The class in force that files tickets under `code`; Refusal when there is none."""
    found = next((row for row in leaves(in_force(organisation)) if row.code == code), None)
    if found is None:
        raise Refusal(_("Choose a class of the file plan."), field="code")
    return found


def keep_until(years: int | None, closed_on: date) -> date | None:
    """The last day of keeping; 29 February becomes 28 where the year has none. None: for ever."""
    if years is None:
        return None
    try:
        return closed_on.replace(year=closed_on.year + years)
    except ValueError:
        return closed_on.replace(year=closed_on.year + years, day=28)


# ---- changing


def change(organisation: Organisation, wanted: Wanted, member: Membership, *, base_version: int) -> FileClass:
    """A new version of a class (or a new class, `base_version` 0). It counts for what closes from now on; dates that
    were given stay. Raises Refusal, and Stale when a colleague was first."""
    _check(wanted)
    now = clock.now(organisation)
    with transaction.atomic():
        rows = FileClass.objects.select_for_update().filter(organisation=organisation, code=wanted.code)
        newest = rows.order_by("-version").first()
        if (newest.version if newest else 0) != base_version:
            raise Stale(_("A colleague changed this class meanwhile: look at it again."))
        if newest is None:
            _check_place(organisation, wanted.code)
        elif newest.ended_at is None:
            newest.ended_at = now
            newest.save(update_fields=["ended_at"])
        made = FileClass.objects.create(
            organisation=organisation, code=wanted.code, version=base_version + 1, titles=wanted.titles,
            years=wanted.years, families=list(wanted.families), source=one_line(wanted.source, 300),
            # who writes a figure with its source answers for it
            confidence=FileClass.Confidence.H, began_at=now, made_by=member,
        )  # fmt: skip
        record(organisation, "file_class.changed", made, person(member.user_id), at=now, code=made.code,
               version=made.version, years=made.years)  # fmt: skip
    return made


def _check(wanted: Wanted) -> None:
    if not re.fullmatch(CODE, wanted.code):
        raise Refusal(_("Write the code as numbers with dots, such as 2.1."), field="code")
    if not any(one_line(title) for title in wanted.titles.values()):
        raise Refusal(_("Give the class a title."), field="title_it")
    if wanted.years is not None and not 1 <= wanted.years <= MOST_YEARS:
        raise Refusal(_("Write whole years from 1 to 100, or nothing for ever."), field="years")
    if not one_line(wanted.source):
        raise Refusal(_("Say where the figure comes from: the plan, the act, its date."), field="source")
    if not set(wanted.families) <= set(Kind.Family.values):
        raise Refusal(_("Choose families of the list."), field="families")


def _check_place(organisation: Organisation, code: str) -> None:
    """A class below one that files tickets would take their class away."""
    parent = code.rpartition(".")[0]
    codes = {row.code: row for row in in_force(organisation)}
    if parent and parent not in codes:
        raise Refusal(_("There is no class %(code)s above it: make that one first.") % {"code": parent}, field="code")
    if parent and Filing.objects.filter(organisation=organisation, code=parent).exists():
        raise Refusal(
            _("Tickets are filed under %(code)s: nothing can be placed below it.") % {"code": parent}, field="code"
        )
    if len(codes) >= _MOST_CLASSES:
        raise Refusal(_("The plan is full."), field="code")


def confirm(row: FileClass, note: str, member: Membership) -> None:
    """Somebody answers for a proposed figure, saying on what ground; from then on it may be disposed of by it."""
    ground = one_line(note, 300)
    if not ground:
        raise Refusal(_("Say on what ground: the plan, the act, its date."), field="note")
    with transaction.atomic():
        found = FileClass.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if found.ended_at is not None or not found.is_to_confirm:
            return
        now = clock.now(found.organisation)
        found.confirmed_at, found.confirmed_by, found.confirmed_note = now, member, ground
        found.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_note"])
        record(found.organisation, "file_class.confirmed", found, person(member.user_id), at=now, code=found.code)


def place_kind(kind: Kind, code: str, member: Membership) -> None:
    """The class of a kind, for what closes from now on; empty: its family decides again."""
    with transaction.atomic():
        if not code:
            KindClass.objects.filter(kind=kind).delete()
            return
        found = with_code(kind.organisation, code)
        KindClass.objects.update_or_create(kind=kind, defaults={"organisation": kind.organisation, "code": found.code})
        record(kind.organisation, "file_class.kind_placed", found, person(member.user_id), code=found.code,
               kind_id=kind.pk)  # fmt: skip


# ---- the plan as a file

_MOST_BYTES: Final = 500_000
_CONFIDENCES: Final = frozenset(FileClass.Confidence.values)


def write(classes: list[FileClass]) -> str:
    """YAML of the classes, as the shipped plan is written: what an office copies, changes and loads."""
    rows = []
    for one in classes:
        row: dict[str, Any] = {"code": one.code, "titles": one.titles}
        if one.years is not None:
            row["years"] = one.years
        if one.families:
            row["families"] = one.families
        row |= {"source": one.source, "confidence": one.confidence}
        if one.question:
            row["question"] = one.question
        rows.append(row)
    return yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=110)


def load(organisation: Organisation, text: str, member: Membership) -> int:
    """Every class of the file that differs becomes a new version; classes that are not in it stay. How many changed.
    How sure the file is of a figure counts: confirming is done by a person. Raises Refusal; then nothing changed."""
    wanted = _read(text)
    with transaction.atomic():
        known = {row.code: row for row in in_force(organisation)}
        changed = 0
        for row, confidence, question in sorted(wanted, key=lambda one: order_of(one[0].code)):
            now = known.get(row.code)
            if now is not None and _same(now, row):
                continue
            try:
                made = change(organisation, row, member, base_version=now.version if now else 0)
            except Refusal as refusal:
                raise Refusal(f"{row.code}: {refusal.sentence}", field="file") from None
            made.confidence, made.question = confidence, question
            made.save(update_fields=["confidence", "question"])
            changed += 1
    return changed


def _same(row: FileClass, wanted: Wanted) -> bool:
    return (row.titles, row.years, tuple(row.families), row.source) == (
        wanted.titles, wanted.years, wanted.families, wanted.source
    )  # fmt: skip


def _read(text: str) -> list[tuple[Wanted, str, dict[str, str]]]:
    """The classes of a file as (class, confidence, question). Raises Refusal with the place of what is wrong."""
    if len(text.encode()) > _MOST_BYTES:
        raise Refusal(_("The file is too long."), field="file")
    try:
        rows = yaml.load(text, _Loader)  # noqa: S506 - made from the safe one
    except yaml.YAMLError as error:
        raise Refusal(_("The file cannot be read: %(problem)s") % {"problem": error}, field="file") from None
    if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_CLASSES:
        raise Refusal(_("The file must be a list of classes."), field="file")
    found = [_class(row, place) for place, row in enumerate(rows, 1)]
    if len({row.code for row, _confidence, _question in found}) < len(found):
        raise Refusal(_("A code stands twice in the file."), field="file")
    return found


def _class(row: Any, place: int) -> tuple[Wanted, str, dict[str, str]]:
    wrong = Refusal(_("Class number %(place)d of the file is not complete.") % {"place": place}, field="file")
    if not isinstance(row, dict):
        raise wrong
    years, families = row.get("years"), row.get("families", [])
    titles, question = row.get("titles"), row.get("question", {})
    if not (isinstance(titles, dict) and isinstance(question, dict) and isinstance(families, list)):
        raise wrong
    if not (years is None or (isinstance(years, int) and not isinstance(years, bool))):
        raise wrong
    if row.get("confidence") not in _CONFIDENCES:
        raise wrong
    wanted = Wanted(str(row.get("code", "")), _texts(titles), years, str(row.get("source", "")),
                    tuple(str(one) for one in families))  # fmt: skip
    _check(wanted)
    return wanted, row["confidence"], _texts(question)


def _texts(texts: dict[Any, Any]) -> dict[str, str]:
    return {str(language)[:10]: one_line(str(text), 500) for language, text in texts.items()}


class _Loader(yaml.SafeLoader):
    """Safe and without aliases: a few lines of them can describe a file of gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not taken")
        return super().compose_node(parent, index)
