"""The archive as people use it: filing, holds, disposal by two persons, dossier, transfer package, search, seen before."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from sportello.foundation.files import store
from sportello.foundation.files.models import Blob
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Team
from sportello.records.tickets.models import Message, Ticket
from sportello.service.backoffice.archive import bag, packages
from sportello.service.backoffice.models import FileClass, LegalHold, Package, PackagedTicket, Solution, Tombstone
from tests.cast import Cast
from tests.unit.backoffice.archive_scene import MARK, carry_out, closed

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def test_from_the_plan_to_the_trace_by_the_pages(cast: Cast, django_assert_max_num_queries: Any) -> None:
    ticket = closed(cast, years=4)
    carla, elena, anna = (signed_in(cast, name) for name in ("Carla", "Elena", "Anna"))
    at = f"/desk/borgo/tickets/{ticket.number}"
    page = anna.get(f"{at}/archive/")
    assert "Class 1.1" in text_of(page) or "Classe 1.1" in text_of(page)
    assert anna.get("/desk/borgo/archive/disposals/").status_code == 404
    # nobody has answered for the figure
    due = text_of(carla.get("/desk/borgo/archive/disposals/"))
    assert "1.1" in due and carla.post("/desk/borgo/archive/disposals/", {"code": ""}).status_code == 422
    row = FileClass.objects.get(organisation=cast.borgo, code="1.1")
    with django_assert_max_num_queries(12):
        assert "da confermare" in text_of(carla.get("/desk/borgo/archive/plan/"))
    assert anna.post(f"/desk/borgo/archive/plan/classes/{row.pk}/confirmation/", {"reason": "x"}).status_code == 404
    carla.post(f"/desk/borgo/archive/plan/classes/{row.pk}/confirmation/", {"reason": "Massimario 2026"})
    assert FileClass.objects.get(pk=row.pk).confirmed_note == "Massimario 2026"
    # a hold keeps it off the list
    carla.post(f"{at}/holds/", {"reason": "Ricorso TAR 12/2026"})
    assert "Ricorso TAR 12/2026" in text_of(anna.get(f"{at}/archive/beside/"))
    assert carla.post("/desk/borgo/archive/disposals/", {"code": ""}).status_code == 422
    hold = LegalHold.objects.get()
    carla.post(f"/desk/borgo/archive/holds/{hold.pk}/lifting/", {"reason": "Sentenza 9/2026"})
    # proposed, looked through, decided by another
    assert carla.post("/desk/borgo/archive/disposals/", {"code": ""}).status_code == 302
    listed = "/desk/borgo/archive/disposals/1/"
    with django_assert_max_num_queries(16):
        assert ticket.number in text_of(carla.get(listed))
    assert MARK not in text_of(elena.get(listed)), "who sets up reads no tickets, and decides by number, class and dates"
    body = {"do": "approve", "ground": "Nulla osta 77/2026", "sure": "on"}
    assert carla.post(f"{listed}decision/", body).status_code == 422
    assert elena.post(f"{listed}decision/", {**body, "sure": ""}).status_code == 422
    assert elena.post(f"{listed}decision/", body).status_code == 302
    carry_out()
    stone = Tombstone.objects.get()
    for client in (carla, anna):
        page = text_of(client.get(f"{at}/archive/"))
        assert stone.digest in page and "Nulla osta 77/2026" in page and MARK not in page
    assert anna.get(f"{at}/").status_code == 200
    assert anna.post(f"{at}/notes/", {"text": "Tardi"}).status_code == 422
    gone = text_of(anna.get("/desk/borgo/archive/?gone=on"))
    assert ticket.number in gone and ticket.number not in text_of(anna.get("/desk/borgo/archive/"))


def test_the_plan_is_changed_placed_and_brought_in_by_the_pages(cast: Cast) -> None:
    carla = signed_in(cast, "Carla")
    carla.get("/desk/borgo/archive/plan/")
    row = FileClass.objects.get(organisation=cast.borgo, code="2.2")
    version = {"title_it": "Guasti", "years": "6", "source": "Delibera 3/2026", "families": ["fault"]}
    assert carla.post(f"/desk/borgo/archive/plan/classes/{row.pk}/version/", version).status_code == 302
    assert carla.post(f"/desk/borgo/archive/plan/classes/{row.pk}/version/", version).status_code == 422, "looked at an old one"
    new = {"code": "4", "title_it": "Bandi", "source": "Delibera 4/2026"}
    assert carla.post("/desk/borgo/archive/plan/new/", new).status_code == 302
    assert FileClass.objects.get(organisation=cast.borgo, code="4").years is None
    text = carla.get("/desk/borgo/archive/plan/export/").content.decode()
    file = SimpleUploadedFile("plan.yaml", text.replace("years: 6", "years: 8").encode())
    assert carla.post("/desk/borgo/archive/plan/import/", {"file": file}).status_code == 302
    assert FileClass.objects.get(organisation=cast.borgo, code="2.2", ended_at=None).years == 8
    wrong = SimpleUploadedFile("plan.yaml", b"- [")
    assert carla.post("/desk/borgo/archive/plan/import/", {"file": wrong}).status_code == 422


def test_the_dossier_on_paper_and_as_data(cast: Cast) -> None:
    """veraPDF is not packaged: tags, language, title and standard are read with pikepdf."""
    ticket = closed(cast)
    anna = signed_in(cast, "Anna")
    for language, word in (("it", "Fascicolo della pratica"), ("en", "Dossier of ticket")):
        response = anna.post(f"/desk/borgo/tickets/{ticket.number}/dossier/",
                             {"form": "pdf", "language": language, "notes": "on"})  # fmt: skip
        with pikepdf.open(io.BytesIO(response.content)) as pdf:
            assert str(pdf.Root.Lang) == language
            assert bool(pdf.Root.MarkInfo.Marked) and "/StructTreeRoot" in pdf.Root
            assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
            with pdf.open_metadata() as said:
                assert said["dc:title"] == f"{word} {ticket.number}"
                assert (said["pdfaid:part"], said["pdfaid:conformance"], said["pdfuaid:part"]) == ("2", "A", "1")
    with_notes, without = (
        json.loads(anna.post(f"/desk/borgo/tickets/{ticket.number}/dossier/",
                             {"form": "json", "language": "it", **more}).content)
        for more in ({"notes": "on"}, {})
    )  # fmt: skip
    assert any("note" in entry for entry in with_notes["entries"])
    assert not any("note" in entry for entry in without["entries"]) and "Tra noi" not in json.dumps(without)
    (file,) = [file for entry in without["entries"] for file in entry["files"]]
    assert Blob.objects.filter(organisation=cast.borgo, sha256=file["sha256"], size=file["size"]).exists()
    for part in ("terms", "notices", "closures", "proofs", "filing", "participants"):
        assert without[part], part
    read = Event.objects.filter(verb="dossier.read", subject_id=ticket.pk)
    assert [event.payload for event in read.order_by("id")] == [
        {"form": "pdf", "notes": True}, {"form": "pdf", "notes": True}, {"form": "json", "notes": True},
        {"form": "json", "notes": False},
    ]  # fmt: skip


def test_a_transfer_package_is_a_bag_that_others_can_check(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 8493: `sha256sum -c` reads the manifests. A kill in between costs one ticket; a damaged file is told."""
    tickets = [closed(cast, f"Mensa {number}") for number in range(3)]
    carla = signed_in(cast, "Carla")
    answer = carla.post("/desk/borgo/archive/packages/",
                        {"title": "Informazioni 2026", "code": "1", "language": "it", "notes": "on"})  # fmt: skip
    made = Package.objects.get()
    assert answer.status_code == 302 and made.total == 3
    writes, real = [], packages.parts.write

    def counted(path: Path, ticket: Ticket, notes: bool) -> None:
        if len(writes) == 1:
            writes.append("killed")
            raise KeyboardInterrupt
        writes.append(ticket.number)
        real(path, ticket, notes)

    monkeypatch.setattr(packages.parts, "write", counted)
    with pytest.raises(KeyboardInterrupt):
        packages.work()
    assert "1 di 3" in text_of(carla.get(f"/desk/borgo/archive/packages/{made.pk}/?fragment=progress"))
    while packages.work():
        pass
    assert sorted(one for one in writes if one != "killed") == sorted(one.number for one in tickets), "none twice"
    made.refresh_from_db()
    assert (made.state, made.written) == ("done", 3)
    assert not PackagedTicket.objects.filter(blob__isnull=False).exists(), "the parts are let go"
    response = carla.get(f"/desk/borgo/archive/packages/{made.pk}/bag/")
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        archive.extractall(tmp_path)
    root = tmp_path / packages.root_of(made)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--strict", manifest], cwd=root, check=True, capture_output=True)
    assert (root / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    payload = [path for path in (root / "data").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in payload)
    assert f"Payload-Oxum: {size}.{len(payload)}\n" in (root / "bag-info.txt").read_text()
    index = json.loads((root / "data" / "index.json").read_text())
    assert [row["class"] for row in index["tickets"]] == ["1.1"] * 3
    folder = root / "data" / tickets[0].number
    assert json.loads((folder / "dossier.json").read_text())["notes"] is True
    assert (folder / "dossier.pdf").read_bytes().startswith(b"%PDF") and list((folder / "documents").iterdir())
    assert Event.objects.filter(verb="package.read").count() == 1
    carla.post(f"/desk/borgo/archive/packages/{made.pk}/taking-over/", {"report": "RdV 1/2026"})
    assert "RdV 1/2026" in text_of(carla.get(f"/desk/borgo/archive/packages/{made.pk}/"))
    # one of its tickets becomes one that Carla may not see: the bag is nobody's to download for her
    Ticket.objects.filter(pk=tickets[0].pk).update(team=Team.objects.get(slug="taxes"), sensitivity="team")
    assert carla.get(f"/desk/borgo/archive/packages/{made.pk}/bag/").status_code == 404
    # a month later the working copy goes
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=31))
    packages.work()
    made.refresh_from_db()
    assert (made.state, made.blob) == ("gone", None)


def test_a_damaged_file_makes_no_package_and_says_so(cast: Cast) -> None:
    ticket = closed(cast)
    said = ticket.entries.filter(kind="message", attachments__isnull=False)
    blob = Blob.objects.get(pk__in=said.values("attachments__blob"))
    made = packages.ask(cast.person("Carla"), cast.member("Carla"), "Tutto")
    path = store.path_of(cast.borgo.pk, blob.sha256)
    whole = path.read_bytes()
    path.write_bytes(b"x" * len(whole))
    for _try in range(5):
        packages.work()
    path.write_bytes(whole)
    made.refresh_from_db()
    assert (made.state, made.trouble) == ("failed", "damaged")
    assert "backup" in text_of(signed_in(cast, "Carla").get(f"/desk/borgo/archive/packages/{made.pk}/"))


def test_a_bag_that_was_changed_is_found_out(tmp_path: Path, cast: Cast) -> None:
    path = tmp_path / "bag.zip"
    with bag.writing(path, "b", clock.now(cast.borgo)) as writer:
        writer.add("a%\n.txt", b"uno")
        writer.close([("Source-Organization", "Borgo\nLieto")])
    assert bag.verify(path, "b") == 1
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b/data/other.txt", b"due")
    with pytest.raises(bag.BagError):
        bag.verify(path, "b")


def test_the_archive_is_searched_by_class_period_customer_and_words(cast: Cast, django_assert_max_num_queries: Any) -> None:
    old = closed(cast, "Mensa tulipano", years=3)
    new = closed(cast, "Passo carrabile", address="john@example.org", name="John Baker")
    hidden = closed(cast, "Riservata tulipano", kind="complaint", address="ion@example.org", name="Ion")
    Ticket.objects.filter(pk=hidden.pk).update(sensitivity="team")
    anna = signed_in(cast, "Anna")

    def found(query: str) -> set[str]:
        with django_assert_max_num_queries(20):
            page = text_of(anna.get(f"/desk/borgo/archive/?{query}"))
        return {one.number for one in (old, new, hidden) if one.number in page}

    assert found("") == {old.number, new.number}
    assert found("words=tulipano") == {old.number}, "not what the person may not see"
    assert found("words=passo") == {new.number}
    assert found("customer=john@example.org") == {new.number}
    assert found("code=1") == {old.number, new.number} and found("code=2.1") == set()
    year = clock.local(cast.borgo, old.closed_at).year
    assert found(f"since={year}-01-01&until={year}-12-31") == {old.number}
    assert found("words=nessuno") == set()


def test_solved_before_is_found_while_the_same_is_typed(cast: Cast) -> None:
    """"Seen before: 2 tickets, this solved it", to who may see them, where they type and beside the ticket."""
    first = closed(cast, "Errore 503 pagando la mensa con la carta")
    closed(cast, "Mensa: la carta dà errore pagando")
    secret = closed(cast, "Errore pagando la mensa con carta rubata", kind="complaint")
    Ticket.objects.filter(pk=secret.pk).update(sensitivity="team")
    anna = signed_in(cast, "Anna")
    position = Message.objects.get(entry__ticket=first, direction="out", notice_moment="").entry.position
    anna.post(f"/desk/borgo/tickets/{first.number}/solution/", {"position": position})
    assert Solution.objects.get().ticket_id == first.pk
    typed = "/desk/borgo/archive/seen/?subject="
    page = text_of(anna.get(typed + "La mensa dà errore quando pago con la carta"))
    assert first.number in page and "Abbiamo restituito la somma" in page and "2 pratiche" in page
    assert secret.number not in page
    bruno = text_of(signed_in(cast, "Bruno").get(typed + "errore pagando la mensa"))
    assert secret.number in bruno, "his team's"
    assert first.number not in text_of(anna.get(typed + "il la di quando con"))
    assert first.number not in text_of(anna.get(typed + "Passo carrabile in via Roma"))
    # a word that stands nowhere, or in another ticket alone, hides nothing: whatever the database guesses of each
    closed(cast, "Passo carrabile davanti al cancello di Schwarzenberg")
    for guess in ("ANALYZE tickets_searchrow", "DELETE FROM pg_statistic WHERE starelid = 'tickets_searchrow'::regclass"):
        with connection.cursor() as cursor:
            cursor.execute(guess)
        for odd in ("quando", "Aarbrzk", "Schwarzenberg"):
            page = text_of(anna.get(typed + f"{odd} la mensa dà errore se pago con la carta"))
            assert first.number in page and secret.number not in page, (guess, odd)
    again = cast.ticket("Errore con la carta pagando la mensa", address="ion@example.org", name="Ion")
    side = text_of(anna.get(f"/desk/borgo/tickets/{again.number}/archive/beside/"))
    assert first.number in side and "Abbiamo restituito la somma" in side
    anna.post(f"/desk/borgo/tickets/{first.number}/solution/", {"position": ""})
    assert not Solution.objects.exists()


