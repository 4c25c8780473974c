"""Transfer packages: chosen tickets as a bag (RFC 8493) for a preservation system, made by the worker.

Each ticket becomes a part of its own, kept as soon as it is written: a kill costs one ticket. The last step copies the
parts into the bag, writes the manifests, reads all of it back, and only then says that it is ready.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from sportello.foundation.core.away import is_away
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.files import store
from sportello.foundation.files.actions import keep_path
from sportello.foundation.files.dropping import drop
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket

from ..models import Filing, Package, PackagedTicket
from . import bag, holds, parts

log = logging.getLogger(__name__)

MOST: Final = 1_000
KEPT_FOR: Final = timedelta(days=30)
_TRIES: Final = 3
_PORTION: Final = 5
#: The first half of the worker's lock; the other is the package.
_LOCK: Final = 0x53504B47
_WITH: Final = ("organisation", "kind__organisation", "procedure__calendar", "procedure__kind", "team", "customer")
_State = Package.State


def candidates(person_: Person, organisation: Organisation, code: str, since: date | None,
               until: date | None) -> QuerySet[Filing]:
    """Closed tickets of a class and a period of closing that this person may see, the oldest closing first."""
    rows = Filing.objects.filter(organisation=organisation, closed_at__isnull=False, disposed_at__isnull=True)
    if code:
        rows = rows.filter(holds.under(code))
    zone = clock.zone(organisation)
    if since is not None:
        rows = rows.filter(closed_at__gte=datetime.combine(since, time.min, zone))
    if until is not None:
        rows = rows.filter(closed_at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
    return rows.filter(ticket__in=tickets_for(person_)).order_by("closed_at", "id")


def ask(person_: Person, member: Membership, title: str, *, code: str = "", since: date | None = None,
        until: date | None = None, notes: bool = False, language: str = "it") -> Package:
    """Have the worker make a package. Raises Refusal where there is nothing to put in it, or too much."""
    organisation = member.organisation
    found = list(candidates(person_, organisation, code, since, until).values_list("ticket_id", flat=True)[: MOST + 1])
    if not found:
        raise Refusal(_("No closed ticket is of this class and period."), field="code")
    if len(found) > MOST:
        raise Refusal(_("More than %(most)d tickets: choose a shorter period.") % {"most": MOST}, field="until")
    with transaction.atomic():
        asked = {"code": code, "from": since and since.isoformat(), "to": until and until.isoformat(), "notes": notes}
        made = Package.objects.create(
            organisation=organisation, title=one_line(title, 200) or _("Transfer package"), language=language,
            asked=asked, asked_by=member, asked_at=clock.now(organisation), total=len(found),
        )  # fmt: skip
        PackagedTicket.objects.bulk_create(
            PackagedTicket(organisation=organisation, package=made, ticket_id=ticket_id, position=position)
            for position, ticket_id in enumerate(found, 1)
        )
        record(organisation, "package.asked", made, person(member.user_id), tickets=len(found))
    return made


def may_read(person_: Person, package: Package) -> bool:
    """Who may see every ticket in it; what is sensitive today is asked today."""
    inside = PackagedTicket.objects.filter(package=package)
    seen = Ticket.objects.filter(pk__in=inside.values("ticket")).filter(pk__in=tickets_for(person_).values("pk"))
    return seen.count() == inside.count()


def take_over(package: Package, report: str, member: Membership) -> None:
    """The preservation system took it over: what it answered is kept, and its tickets say so. Raises Refusal."""
    stated = one_line(report, 300)
    if not stated:
        raise Refusal(_("Write the report of the preservation system, with number and date."), field="report")
    with transaction.atomic():
        row = Package.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=package.pk)
        if row.done_at is None or row.taken_over_at is not None:
            return
        row.taken_over, row.taken_over_by, row.taken_over_at = stated, member, clock.now(row.organisation)
        row.save(update_fields=["taken_over", "taken_over_by", "taken_over_at"])
        inside = PackagedTicket.objects.filter(package=row).values("ticket")
        Filing.objects.filter(ticket__in=inside).update(transferred_at=row.taken_over_at)
        record(row.organisation, "package.taken_over", row, person(member.user_id), at=row.taken_over_at)


# ---- the worker


def work() -> int:
    """A portion of the oldest package; how much was done. One worker at a time, whatever their number.

    Files are written outside every transaction: one that lasts would hold back all who read the journal.
    """
    package = Package.objects.filter(state=_State.WRITING).select_related("organisation").order_by("pk").first()
    if package is None:
        return _let_go_old()
    with _alone_with(package) as is_mine:
        if not is_mine:
            return 0
        waiting = PackagedTicket.objects.filter(package=package, blob__isnull=True).order_by("position")
        found = list(waiting[:_PORTION])
        try:
            with override(package.language):
                for packaged in found:
                    _write_part(packaged, package)
                if not found:
                    _assemble(package)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("package %s", package.pk)
            _failed(package, "damaged" if isinstance(error, (ValueError, OSError, bag.BagError)) else "internal")
    return max(1, len(found))


@contextmanager
def _alone_with(package: Package) -> Iterator[bool]:
    """Whether this worker has the package; a lock of the session, which ends with a worker that is killed."""
    key = [_LOCK, package.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _write_part(packaged: PackagedTicket, package: Package) -> None:
    """One ticket's folder, kept as soon as it is whole."""
    ticket = Ticket.objects.select_related(*_WITH).get(pk=packaged.ticket_id)
    notes = bool(package.asked.get("notes"))
    with _written(lambda path: parts.write(path, ticket, notes)) as (path, sha256, size), transaction.atomic():
        if _still_writing(package) is None:  # let go meanwhile: what is disposed of must not lie here
            return
        packaged.blob = keep_path(package.organisation, path, "application/zip", sha256=sha256, size=size)
        packaged.save(update_fields=["blob"])
        done = PackagedTicket.objects.filter(package=package, blob__isnull=False).count()
        Package.objects.filter(pk=package.pk).update(written=done)


def _still_writing(package: Package) -> Package | None:
    """The package, locked until the transaction ends; None when it is being written no more."""
    rows = Package.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.filter(pk=package.pk, state=_State.WRITING).first()


def _assemble(package: Package) -> None:
    inside = list(
        PackagedTicket.objects.filter(package=package).select_related("blob", "ticket__kind").order_by("position")
    )
    now = clock.now(package.organisation)
    with _written(lambda path: _write_bag(path, package, inside, now)) as (path, sha256, size), transaction.atomic():
        row = _still_writing(package)
        if row is None:
            return
        row.blob = keep_path(row.organisation, path, "application/zip", sha256=sha256, size=size)
        row.sha256, row.size = sha256, size
        row.state, row.done_at, row.written = _State.DONE, now, len(inside)
        row.save(update_fields=["blob", "sha256", "size", "state", "done_at", "written"])
        _drop_parts(inside)
        record(row.organisation, "package.written", row, SYSTEM, at=now, tickets=len(inside), digest=sha256)


def root_of(package: Package) -> str:
    return f"sportello-{package.organisation.slug}-{package.pk}"


def _write_bag(path: Path, package: Package, inside: list[PackagedTicket], now: datetime) -> None:
    with bag.writing(path, root_of(package), now) as writer:
        for one in inside:
            blob: Blob = one.blob
            with (
                store.open_file(blob.organisation_id, blob.sha256) as file,
                zipfile.ZipFile(file) as part,
            ):
                for info in part.infolist():
                    with part.open(info) as source:
                        writer.copy(f"{one.ticket.number}/{info.filename}", source, info.file_size)
        writer.add("index.json", parts.index(package, inside))
        writer.close(
            (
                ("Source-Organization", package.organisation.name),
                ("External-Identifier", root_of(package)),
                ("External-Description", package.title),
                ("Bag-Software-Agent", "Sportello"),
            )
        )
    bag.verify(path, root_of(package))


@contextmanager
def _written(write: Callable[[Path], None]) -> Iterator[tuple[Path, str, int]]:
    """A file made by `write`: where it lies, its SHA-256 and size. Nothing is left of one that nobody took over."""
    with NamedTemporaryFile(dir=store.workplace(), suffix=".part", delete=False) as made:
        path = Path(made.name)
    try:
        write(path)
        yield (path, *store.digest_of(path))
    finally:
        path.unlink(missing_ok=True)


def _failed(package: Package, trouble: str) -> None:
    with transaction.atomic():
        row = Package.objects.select_for_update(of=("self",)).get(pk=package.pk)
        row.tries += 1
        if row.tries >= _TRIES and row.state == _State.WRITING:
            row.state, row.trouble = _State.FAILED, trouble
            _drop_parts(PackagedTicket.objects.filter(package=row).select_related("blob"))
        row.save(update_fields=["tries", "state", "trouble"])


# ---- letting go


def _let_go_old() -> int:
    """A bag is a working copy: a month after it was made its bytes go; what it held and its digest stay."""
    done = 0
    for organisation in Organisation.objects.filter(
        pk__in=Package.objects.filter(state=_State.DONE).values("organisation")
    ):
        old = clock.now(organisation) - KEPT_FOR
        ready = Package.objects.filter(organisation=organisation, state=_State.DONE, done_at__lt=old)
        for package_id in ready.values_list("pk", flat=True)[:20]:
            done += _let_go(package_id)
    return done


def let_go_with(ticket_ids: Iterable[int]) -> None:
    """What is disposed of or erased must not lie in a package: it goes whole, in the caller's transaction."""
    inside = PackagedTicket.objects.filter(ticket__in=list(ticket_ids)).values("package")
    held = Package.objects.filter(pk__in=inside, state__in=(_State.DONE, _State.WRITING)).order_by("pk")
    for package_id in held.values_list("pk", flat=True):
        _let_go(package_id)


def _let_go(package_id: int) -> int:
    with transaction.atomic():
        row = Package.objects.select_for_update(of=("self",)).get(pk=package_id)
        if row.state not in (_State.DONE, _State.WRITING):
            return 0
        blob: Any = row.blob
        row.blob, row.state = None, _State.GONE
        row.save(update_fields=["blob", "state"])
        if blob is not None:
            drop(blob)
        _drop_parts(PackagedTicket.objects.filter(package=row).select_related("blob"))
    return 1


def _drop_parts(inside: Iterable[PackagedTicket]) -> None:
    for one in inside:
        blob: Any = one.blob
        if blob is not None:
            one.blob = None
            one.save(update_fields=["blob"])
            drop(blob)
