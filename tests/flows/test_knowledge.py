"""What we know: saved replies that are found, filled and counted; articles with their versions, beside a reply and on the
portal; signatures; sheets that remember."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from sportello.faces.desk.models import Draft
from sportello.foundation.core.errors import Stale
from sportello.foundation.journal.models import Event
from sportello.records.accounts.models import Team
from sportello.records.knowledge.actions import articles
from sportello.records.knowledge.models import (
    Article,
    ArticleJudgement,
    ArticleVersion,
    SavedReply,
    SavedReplyText,
    SavedReplyUse,
    ServiceSheet,
    ServiceSheetText,
)
from sportello.records.knowledge.queries import difference, find_known
from sportello.records.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.desk_work import knowledge
from tests.flows.test_desk import at, reply, signed_in, text

KNOWS = "/desk/borgo/knowledge/"


@pytest.fixture
def anna(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["Anna"])
    return client


def an_article(cast: Cast, title: str = "Rimborsi della mensa", body: str = "Entro trenta giorni.\n\n- IBAN\n- ricevuta",
               **about: Any) -> Article:
    return articles.add(cast.borgo, "it", articles.Words(title, body), articles.About(**about), cast.member("Carla"))


# ---- saved replies


def test_the_picker_searches_while_one_types_in_titles_and_texts(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    for typed, found in (("rimb", True), ("ci mandi", True), ("RIMBORSO pratica", True), ("passaporto", False)):
        listed = text(anna.get(at(ticket, "saved-replies/"), {"q": typed}, HTTP_HX_REQUEST="true"))
        assert ("Rimborso: cosa serve" in listed) is found, typed
    whole = text(anna.get(at(ticket, "saved-replies/")))
    assert "<h1>" in whole and "Rimborso: cosa serve" in whole, "without scripts it is a page"


def test_the_customers_language_chooses_the_text(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(language="en")
    assert text(anna.get(at(ticket, "saved-replies/rimborso/"))) == f"Dear Maria Popescu, {ticket.number}"
    listed = text(anna.get(at(ticket, "saved-replies/"), HTTP_HX_REQUEST="true"))
    assert "Refund: what we need" in listed and "solo in it" in listed, "what has no English says so"


def test_own_replies_are_ones_own_and_a_teams_are_of_its_tickets(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    made = anna.post(f"{KNOWS}replies/new/", {"title": "Saluto mio", "body": "Ciao {customer}", "language": "it", "whose": "mine"})
    assert made.status_code == 302
    mine = SavedReply.objects.get()
    assert mine.member == cast.member("Anna") and mine.team is None
    assert "Saluto mio" in text(anna.get(at(ticket, "saved-replies/")))
    carla = signed_in(cast, "Carla")
    for page in (at(ticket, "saved-replies/"), KNOWS):
        assert "Saluto mio" not in text(carla.get(page))
    assert carla.get(at(ticket, f"saved-replies/{mine.slug}/")).status_code == 404
    assert carla.post(f"{KNOWS}replies/{mine.slug}/archive/").status_code == 404, "nobody archives another's own"
    shared = {"title": "Per tutti", "body": "Salve", "language": "it", "whose": "everybody"}
    assert anna.post(f"{KNOWS}replies/new/", shared).status_code == 422, "who does not lead writes for themselves"
    assert carla.post(f"{KNOWS}replies/new/", {**shared, "whose": str(cast.team("taxes").pk)}).status_code == 302
    assert "Per tutti" not in text(anna.get(at(ticket, "saved-replies/"))), "of another team"


def test_a_slip_in_a_variable_is_refused_and_the_preview_shows_marks(cast: Cast) -> None:
    carla = signed_in(cast, "Carla")
    data = {"title": "Prova", "body": "Gentile {custmer}", "language": "it", "whose": "everybody"}
    refused = carla.post(f"{KNOWS}replies/new/", data)
    assert refused.status_code == 422 and "{custmer}" in text(refused) and "{customer}" in text(refused)
    seen = carla.post(f"{KNOWS}replies/new/", {**data, "body": "Gentile {customer}, entro {promise}", "do": "preview"})
    assert "Gentile Maria Popescu, entro" in text(seen) and not SavedReply.objects.exists(), "seen, not saved"


def test_uses_are_counted_when_the_answer_is_sent_by_month_and_of_nobody(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    anna.post(at(ticket, "drafts/reply/"), {"text": "Ecco", "used": ["rimborso", "rimborso"]})
    assert 'name="used" value="rimborso"' in text(anna.get(at(ticket))), "remembered with the draft, on every device"
    assert not SavedReplyUse.objects.exists(), "put in is not sent"
    for _time in range(2):
        anna.post(at(ticket, "replies/"), reply(ticket, "Ecco.", used=["rimborso", "rimborso", "inventata"]))
    use = SavedReplyUse.objects.get()
    assert (use.reply.slug, use.number, use.month.day) == ("rimborso", 2, 1)
    assert {field.name for field in SavedReplyUse._meta.get_fields()} == {"id", "organisation", "reply", "month", "number"}
    assert not Event.objects.filter(verb__startswith="saved_reply.").exists(), "nor is it in the journal, which knows who"
    assert ": 2" in text(signed_in(cast, "Carla").get(KNOWS))


def test_an_archived_reply_is_offered_no_more_and_comes_back(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    carla = signed_in(cast, "Carla")
    carla.post(f"{KNOWS}replies/rimborso/archive/")
    assert "Rimborso" not in text(anna.get(at(ticket, "saved-replies/")))
    assert anna.get(at(ticket, "saved-replies/rimborso/")).status_code == 404
    assert "Rimborso: cosa serve" in text(carla.get(f"{KNOWS}?archived=1"))
    carla.post(f"{KNOWS}replies/rimborso/archive/", {"back": "1"})
    assert "Rimborso" in text(anna.get(at(ticket, "saved-replies/")))


def test_signatures_know_only_what_is_always_known(anna: Client, cast: Cast) -> None:
    front = cast.team("front")
    carla = signed_in(cast, "Carla")
    page = f"{KNOWS}signatures/"
    assert anna.get(page).status_code == 404
    assert carla.post(page, {f"{front.pk}-it": "{customer}"}).status_code == 422
    assert carla.post(page, {f"{front.pk}-it": "{operator}, {team}"}).status_code == 302
    assert Team.objects.get(pk=front.pk).signatures == {"it": "{operator}, {team}"}
    ticket = cast.ticket()
    anna.post(at(ticket, "replies/"), reply(ticket, "Ecco.", signed="1"))
    assert Message.objects.get(direction="out", notice_moment="").text == "Ecco.\n\nAnna Prova, Sportello"


# ---- articles


def test_a_version_is_written_published_compared_and_said_again(anna: Client, cast: Cast) -> None:
    made = anna.post(f"{KNOWS}new-article/", {"language": "it", "title": "Rimborsi", "body": "Entro 60 giorni."})
    assert made.status_code == 302
    article = Article.objects.get()
    here = f"{KNOWS}articles/{article.slug}/"
    assert article.state == "draft" and "Scritto, non ancora pubblicato" in text(anna.get(here))
    assert anna.post(f"{here}publication/").status_code == 404, "who neither leads nor answers for it publishes nothing"
    carla = signed_in(cast, "Carla")
    carla.post(f"{here}publication/")
    anna.post(f"{here}in/it/", {"title": "Rimborsi", "body": "Entro 30 giorni.", "change": "delibera 12", "after": "1"})
    page = text(anna.get(here))
    assert "Chi legge trova ancora la versione 1" in page and "delibera 12" in page and "Anna Prova" in page
    assert ArticleVersion.objects.get(is_shown=True).body == "Entro 60 giorni.", "readers wait for who publishes"
    compared = text(anna.get(f"{here}in/it/2/"))
    assert re.search(r"<del>.*Entro 60 giorni\.", compared) and re.search(r"<ins>.*Entro 30 giorni\.", compared)
    carla.post(f"{here}publication/")
    anna.post(f"{here}in/it/1/")
    assert [one.body for one in ArticleVersion.objects.order_by("number")] == [
        "Entro 60 giorni.", "Entro 30 giorni.", "Entro 60 giorni."], "said again is a version of its own"
    same = anna.post(f"{here}in/it/", {"title": "Rimborsi", "body": "Entro 60 giorni.", "after": "3"})
    assert same.status_code == 302 and ArticleVersion.objects.count() == 3, "what did not change is no version"
    assert len(set(ArticleVersion.objects.values_list("pk", flat=True))) == 3


def test_two_who_write_at_once_the_second_is_told_and_nothing_is_lost(anna: Client, cast: Cast) -> None:
    article = an_article(cast)
    here = f"{KNOWS}articles/{article.slug}/in/it/"
    articles.write(article, "it", articles.Words("Rimborsi", "Di Carla."), cast.member("Carla"), after=1)
    late = anna.post(here, {"title": "Rimborsi", "body": "Di Anna.", "after": "1"})
    assert late.status_code == 409 and "Di Anna." in text(late) and "versione 2" in text(late)
    with pytest.raises(Stale):
        articles.write(article, "it", articles.Words("Rimborsi", "Di Anna."), cast.member("Anna"), after=1)


def test_beside_a_reply_it_is_found_and_put_in_as_text_or_as_a_link(anna: Client, cast: Cast, settings: Any) -> None:
    settings.PUBLIC_URL = "https://sportello.example"
    article = an_article(cast, is_public=True, team=cast.team("front"))
    inner = an_article(cast, "Come si registra un rimborso", "Procedura interna.")
    ticket = cast.ticket()
    assert "Rimborsi della mensa" not in text(anna.get(at(ticket, "known/"))), "a draft is found by nobody"
    for one in (article, inner):
        articles.publish(one, cast.member("Carla"))
    assert "Rimborsi della mensa" in text(anna.get(at(ticket, "known/"))), "the team's own stand there before one types"
    assert "Procedura" not in text(anna.get(at(ticket, "known/")))
    both = text(anna.get(at(ticket, "known/"), {"q": "rimbors"}))
    assert "Rimborsi della mensa" in both and "Come si registra" in both
    put = f"known/article/{article.slug}/"
    assert text(anna.get(at(ticket, f"{put}text/"))).startswith("Entro trenta giorni.")
    link = text(anna.get(at(ticket, f"{put}link/")))
    assert link == f"Rimborsi della mensa: https://sportello.example/o/borgo/answers/{article.slug}/"
    assert anna.get(at(ticket, f"known/article/{inner.slug}/link/")).status_code == 404, "customers cannot read it there"
    anna.post(at(ticket, "drafts/reply/"), {"text": "Gentile Maria,"})
    anna.post(at(ticket, f"{put}text/"))
    assert Draft.objects.get().text.startswith("Gentile Maria,\n\nEntro trenta giorni."), "without scripts into the draft"
    articles.retire(article, cast.member("Carla"))
    assert anna.get(at(ticket, f"{put}text/")).status_code == 404


def test_sheets_are_put_in_too_and_remember_what_they_said(anna: Client, cast: Cast) -> None:
    knowledge(cast)
    ticket = cast.ticket()
    said = text(anna.get(at(ticket, "known/sheet/mensa/text/")))
    assert "Chi ha pagato due volte" in said and "IBAN" in said and "30 giorni" in said
    carla = signed_in(cast, "Carla")
    here = f"{KNOWS}sheets/mensa/it/"
    old = ServiceSheetText.objects.get()
    carla.post(here, {"title": old.title, "summary": "Nuovo.", "times": "15 giorni"})
    versions = list(ServiceSheet.objects.get().versions.order_by("number"))
    assert [(one.number, one.said["times"]) for one in versions] == [(1, "30 giorni"), (2, "15 giorni")]
    assert "30 giorni" in text(carla.get(f"{here}2/"))
    carla.post(f"{here}1/")
    assert ServiceSheetText.objects.get().times == "30 giorni" and ServiceSheet.objects.get().versions.count() == 3


def test_what_is_due_for_review_says_so(anna: Client, cast: Cast) -> None:
    article = an_article(cast, owner=cast.member("Anna"), review_by=date(2020, 1, 1))
    articles.publish(article, cast.member("Anna"))
    assert "da rivedere" in text(anna.get(f"{KNOWS}articles/"))
    here = f"{KNOWS}articles/{article.slug}/"
    assert "È da rivedere" in text(anna.get(here))
    about = {"owner": cast.member("Anna").pk, "review_by": "2099-01-01", "is_public": "on"}
    assert anna.post(f"{here}about/", about).status_code == 302, "who answers for it sets its next day"
    assert "È da rivedere" not in text(anna.get(here))


# ---- the portal


def test_customers_find_public_answers_and_say_whether_they_helped(client: Client, cast: Cast) -> None:
    assert 'id="answers-words"' not in text(client.get("/o/borgo/")), "no search of nothing"
    article = an_article(cast, is_public=True, owner=cast.member("Carla"))
    inner = an_article(cast, "Segreto d'ufficio", "Solo tra noi.")
    for one in (article, inner):
        articles.publish(one, cast.member("Carla"))
    articles.write(article, "it", articles.Words("Rimborsi della mensa", "Bozza nuova."), cast.member("Carla"), after=1)
    assert 'id="answers-words"' in text(client.get("/o/borgo/"))
    listed = text(client.get("/o/borgo/answers/", {"q": "IBAN"}))
    assert "Rimborsi della mensa" in listed and "Segreto" not in text(client.get("/o/borgo/answers/"))
    page = f"/o/borgo/answers/{article.slug}/"
    shown = text(client.get(page))
    assert "Entro trenta giorni." in shown and "Bozza nuova." not in shown and "<li>IBAN</li>" in shown
    assert client.get(f"/o/borgo/answers/{inner.slug}/").status_code == 404
    assert client.get(f"/o/bottega/answers/{article.slug}/").status_code == 404
    assert client.post(f"{page}judgement/", {}).status_code == 422
    client.post(f"{page}judgement/", {"helped": "yes"})
    client.post(f"{page}judgement/", {"helped": "no", "reason": "Manca l'orario."})
    carla = signed_in(cast, "Carla")
    owners = text(carla.get(f"{KNOWS}articles/{article.slug}/"))
    assert "È stato utile a 1 su 2" in owners and "Manca l&#x27;orario." in owners and "da leggere" in owners
    assert not ArticleJudgement.objects.filter(read_at__isnull=True).exists(), "its owner has it before them"
    articles.retire(article, cast.member("Carla"))
    assert client.get(page).status_code == 404 and "Rimborsi" not in text(client.get("/o/borgo/answers/"))


def test_the_palette_finds_what_the_house_knows_and_not_what_another_does(cast: Cast) -> None:
    article = an_article(cast, "Rimborsi della mensa", "Servono IBAN e ricevuta.")
    draft = an_article(cast, "Rimborsi, bozza", "Non ancora.")
    articles.publish(article, cast.member("Carla"))
    anna, irene = signed_in(cast, "Anna"), signed_in(cast, "Irene")
    found = text(anna.get("/desk/palette/", {"q": "rimborsi iban"}))
    assert f'href="/desk/borgo/knowledge/articles/{article.slug}/"' in found
    assert draft.slug not in text(anna.get("/desk/palette/", {"q": "rimborsi"}))
    assert article.slug not in text(irene.get("/desk/palette/", {"q": "rimborsi"}))
    assert article.slug not in text(anna.get("/desk/palette/", {"q": "ri"})), "two letters find half of everything"


def test_a_reader_who_judges_without_end_is_stopped(client: Client, cast: Cast) -> None:
    article = an_article(cast, is_public=True)
    articles.publish(article, cast.member("Carla"))
    page = f"/o/borgo/answers/{article.slug}/judgement/"
    answers = [client.post(page, {"helped": "yes"}).status_code for _time in range(31)]
    assert answers[-1] == 429 and ArticleJudgement.objects.count() == 30


def test_the_best_language_is_taken_and_words_of_any_language_find_it(cast: Cast) -> None:
    article = an_article(cast, is_public=True)
    articles.write(article, "en", articles.Words("Canteen refunds", "Within thirty days."), cast.member("Carla"), after=0)
    articles.publish(article, cast.member("Carla"))
    for typed in ("rimborsi", "refunds"):
        for language, title in (("en", "Canteen refunds"), ("it", "Rimborsi della mensa"), ("ro", "Rimborsi della mensa")):
            found = find_known(cast.borgo, typed, [language, "it"])
            assert [one.title for one in found] == [title], (typed, language)
    assert find_known(cast.bottega, "rimborsi", ["it"]) == []


def test_the_comparison_shows_what_came_and_went_and_little_else() -> None:
    before = "\n".join(f"riga {n}" for n in range(40))
    lines = difference(before, before.replace("riga 20", "riga venti"))
    assert [(one.sign, one.text) for one in lines if one.sign] == [("-", "riga 20"), ("+", "riga venti")]
    assert len(lines) < 10
    assert difference("uguale", "uguale") == []


@pytest.mark.parametrize("name", ["Fabio", "Leo", "Root"])
def test_who_does_not_work_on_requests_reads_no_articles(cast: Cast, name: str) -> None:
    article = an_article(cast)
    for page in (f"{KNOWS}articles/", f"{KNOWS}articles/{article.slug}/", KNOWS):
        assert signed_in(cast, name).get(page).status_code == 404
    assert SavedReplyText.objects.count() == 0
