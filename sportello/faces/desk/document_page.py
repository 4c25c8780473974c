"""What the pages of documents show: rows with their protocol, the plain-language check in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.records.tickets.models import Attachment, Entry, Message, Ticket
from sportello.service.backoffice.documents.plain_language import LONGEST_SENTENCE, Band, Plainness
from sportello.service.backoffice.documents.segnatura import Segnatura
from sportello.service.backoffice.models import Document, KindProtocol, LetterDraft, ProtocolEntry, ProtocolRequest
from sportello.service.backoffice.protocol.matter import segnatura_in
from sportello.service.backoffice.protocol.registering import settings_of

_MOST = 60


@dataclass(frozen=True)
class DocumentRow:
    document: Document
    #: Newest entry in force, else an annulled one.
    entry: ProtocolEntry | None
    request: ProtocolRequest | None
    replaced_by: Document | None

    @property
    def may_register(self) -> bool:
        return self.request is None and (self.entry is None or self.entry.is_annulled)


@dataclass(frozen=True)
class MessageRow:
    message: Message
    entry: ProtocolEntry | None
    request: ProtocolRequest | None
    mark: Segnatura | None

    @property
    def may_register(self) -> bool:
        return self.request is None and (self.entry is None or self.entry.is_annulled)


def rows(ticket: Ticket) -> list[DocumentRow]:
    """Newest first; three queries."""
    found = Document.objects.filter(ticket=ticket).select_related("issued_by__user", "ticket", "replaces__ticket")
    known = list(found.order_by("-serial")[:_MOST])
    entries, asked = _protocol(ticket, "document_id")
    newer = {one.replaces_id: one for one in known if one.replaces_id}
    return [DocumentRow(one, entries.get(one.pk), asked.get(one.pk), newer.get(one.pk)) for one in known]


def letters(ticket: Ticket) -> list[tuple[LetterDraft, bool]]:
    """Those being written, newest first; whether each waits for its number."""
    waits = Exists(ProtocolRequest.objects.open().filter(draft=OuterRef("pk")))
    rows = LetterDraft.objects.filter(ticket=ticket).select_related("saved_by__user").annotate(waits=waits)
    return [(one, bool(one.waits)) for one in rows.order_by("-saved_at")[:20]]


def message_rows(ticket: Ticket) -> list[MessageRow]:
    """Messages people wrote, newest first, with the mark of another office's protocol where one came along."""
    found = (
        Message.objects.filter(entry__ticket=ticket, entry__kind=Entry.Kind.MESSAGE, is_machine=False, notice_moment="")
        .select_related("entry__by_member__user").order_by("-entry__position")
    )
    known = list(found[:_MOST])
    entries, asked = _protocol(ticket, "message_id")
    marks = _marks([one.entry_id for one in known if one.is_incoming])
    return [MessageRow(one, entries.get(one.pk), asked.get(one.pk), marks.get(one.entry_id)) for one in known]


def _marks(entry_ids: list[int]) -> dict[int, Segnatura]:
    files = Attachment.objects.filter(entry__in=entry_ids, filename__iendswith="segnatura.xml").select_related("blob")
    found: dict[int, Segnatura] = {}
    for one in files.order_by("id")[:_MOST]:
        mark = segnatura_in([one])
        if mark is not None:
            found.setdefault(one.entry_id, mark)
    return found


def _protocol(ticket: Ticket, key: str) -> tuple[dict[int, ProtocolEntry], dict[int, ProtocolRequest]]:
    entries: dict[int, ProtocolEntry] = {}
    for entry in ProtocolEntry.objects.filter(ticket=ticket).exclude(**{key: None}).order_by("id"):
        entries[getattr(entry, key)] = entry
    open_ones = ProtocolRequest.objects.open().filter(ticket=ticket)
    return entries, {getattr(one, key): one for one in open_ones.exclude(**{key: None})}


def registers_out(ticket: Ticket) -> bool:
    """Whether what leaves on tickets of this kind is registered by itself: the box is ticked already."""
    wanted = KindProtocol.objects.filter(kind=ticket.kind_id, outgoing=KindProtocol.Outgoing.ALL)
    return settings_of(ticket.organisation) is not None and wanted.exists()


def registered_words(made: ProtocolEntry | ProtocolRequest) -> str:
    if isinstance(made, ProtocolEntry):
        return _("Registered: protocol %(number)s.") % {"number": made.shown}
    return _("Asked of the outside protocol system: its number appears here when it comes.")


def cover(document: Document, ticket: Ticket) -> str:
    """The words of a reply that only carries it, in the customer's language."""
    with translation.override(ticket.language):
        return _("Good morning,\n\nplease find attached: %(title)s (document %(number)s).\n\nKind regards") % {
            "title": document.title, "number": document.number}


@dataclass(frozen=True)
class Plain:
    """The check in words. `state`: ok, info, warn, of a badge."""

    state: str
    verdict: str
    explained: str
    long: list[tuple[str, int]]
    acronyms: tuple[str, ...]
    jargon: tuple[tuple[str, str], ...]

    @property
    def has_findings(self) -> bool:
        return bool(self.long or self.acronyms or self.jargon)


def plain(found: Plainness, language: str) -> Plain:
    """For who writes: a help, never a reason to refuse."""
    said = {
        Band.EASY: ("ok", _("Easy: who finished primary school reads it alone.")),
        Band.FAIR: ("ok", _("Fair: who finished middle school reads it alone.")),
        Band.HARD: ("info", _("Hard for who finished middle school.")),
        Band.VERY_HARD: ("warn", _("Very hard: hard even for who finished high school.")),
        Band.UNKNOWN: ("neutral", _("Too short to tell.") if language == "it" else _("No index for this language.")),
    }
    state, verdict = said[found.band]
    if found.index is not None:
        verdict = _("Gulpease %(index)d of 100. %(verdict)s") % {"index": found.index, "verdict": verdict}
    counted = ngettext("%(n)d word", "%(n)d words", found.words) % {"n": found.words}
    explained = _(
        "%(words)s, %(sentences)d sentences. Index Gulpease (Lucisano and Piemontese, 1988): 89 + (300 × sentences − "
        "10 × letters) / words. A sentence is long from %(longest)d words."
    ) % {"words": counted, "sentences": found.sentences, "longest": LONGEST_SENTENCE + 1}
    return Plain(state, verdict, explained, list(found.long_sentences), found.acronyms, found.jargon)
