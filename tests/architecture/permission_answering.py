"""Of the permission table: what is written on a ticket and put into it, what we know, and public answers."""

from __future__ import annotations

from datetime import date

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.knowledge.actions import articles
from sportello.records.knowledge.models import SavedReply, SavedReplyText, ServiceSheet, ServiceSheetVersion

from .permissions import EVERYBODY, GET, GET_POST, KNOWS, LEADS, NOTHING_THERE, POST, SEES_TICKET, SERVES, Line

_KNOWN = {"sort": "article", "known": "rimborsi"}
ANSWERING = (
    Line("desk:calls", POST, SEES_TICKET, {"text": "Ha chiamato.", "way": "phone-in"}),
    Line("desk:drafts", POST, SEES_TICKET, {"text": "Buong"}, given={"kind": "reply"}),
    Line("desk:draft_files", POST, SEES_TICKET, None, given={"kind": "reply"}),
    Line("desk:draft_file_removal", POST, SEES_TICKET, {}, given={"kind": "reply", "draft_file_id": "1"}),
    Line("desk:saved_replies", GET, SEES_TICKET, query="q=sal"),
    Line("desk:saved_reply", GET_POST, SEES_TICKET, {"text": ""}),
    Line("desk:known", GET, SEES_TICKET, query="q=rimborsi"),
    Line("desk:known_text", GET_POST, SEES_TICKET, {"text": ""}, given=_KNOWN),
    Line("desk:known_link", GET_POST, SEES_TICKET, {"text": ""}, given=_KNOWN),
    Line("desk:kept_searches", POST, SERVES, {"words": "q=mensa"}),
    Line("desk:kept_search_removal", POST, NOTHING_THERE, {}, given={"search_id": "1"}),
    # what we know: everybody who works on requests reads and writes articles; who leads, or answers for one, publishes
    Line("desk:knowledge_home", GET, SERVES),
    Line("desk:knowledge", GET, KNOWS),
    Line("desk:reply_new", GET_POST, KNOWS, {"title": "Orari", "body": "Dalle 9.", "language": "it", "whose": "mine"}),
    Line("desk:reply_text", GET_POST, LEADS, {"title": "Orari", "body": "Dalle 9."}),
    Line("desk:reply_archive", POST, LEADS, {}),
    Line("desk:signatures", GET_POST, LEADS, {}),
    Line("desk:sheet_text", GET_POST, LEADS, {"title": "Mensa"}),
    Line("desk:sheet_version", GET_POST, LEADS, {}, given={"version": "1"}),
    Line("desk:articles", GET, KNOWS, query="q=rimborsi"),
    Line("desk:article_new", GET_POST, KNOWS, {"language": "it", "title": "Orari", "body": "Dalle 9."}),
    Line("desk:article", GET, KNOWS),
    Line("desk:article_text", GET_POST, KNOWS, {"title": "Rimborsi", "body": "Entro un mese.", "after": "1"}),
    Line("desk:article_version", GET_POST, KNOWS, {}, given={"version": "1"}),
    Line("desk:article_about", GET_POST, LEADS, {}),
    Line("desk:article_publication", POST, LEADS, {}),
    # the portal
    Line("portal:answers", GET, EVERYBODY, query="q=rimborsi"),
    Line("portal:answer", GET, EVERYBODY),
    Line("portal:judgement", POST, EVERYBODY, {"helped": "no", "reason": "Manca l'IBAN."}),
)


def lay_out_knowledge(organisation: Organisation, by: Membership) -> dict[str, str]:
    """A saved reply, a published article, a sheet with a version."""
    reply = SavedReply.objects.create(organisation=organisation, slug="saluto")
    SavedReplyText.objects.create(organisation=organisation, reply=reply, language="it", title="Saluto", body="Salve.")
    about = articles.About(is_public=True, review_by=date(2099, 1, 1))
    article = articles.add(organisation, "it", articles.Words("Rimborsi", "Entro trenta giorni."), about, by)
    articles.publish(article, by)
    sheet = ServiceSheet.objects.get(organisation=organisation, slug="mensa")
    ServiceSheetVersion.objects.create(
        organisation=organisation, sheet=sheet, language="it", number=1, said={"title": "Mensa"},
        written_at=clock.now(organisation),
    )
    return {"reply": "saluto", "article": article.slug, "answer": article.slug}
