"""The pages of procedures: Carla reads, Elena adds, confirms, switches, edits, takes out and brings in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.records.procedures import packs
from sportello.records.procedures.models import Kind, Procedure
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]  # an answer of the test client


def test_from_the_shelf_to_the_desk(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    shelf = text(elena.get("/desk/borgo/procedures/packs/"))
    assert "Accesso ai documenti amministrativi" in shelf and "3 valori da confermare" in shelf
    assert elena.post("/desk/borgo/procedures/packs/", {}).status_code == 422
    elena.post("/desk/borgo/procedures/packs/", {"code": ["document_access", "foia", "nonsense"]})
    assert Procedure.objects.filter(organisation=cast.borgo, code__gt="").count() == 2
    found = Procedure.objects.get(code="document_access")
    page = f"/desk/borgo/procedures/{found.pk}/"
    shown = text(elena.get(page))
    assert "Il termine è" not in shown and "3 valori non sono certi" in shown
    assert "DPR 184/2006 art. 3" in shown and "a memoria" in shown and "30 giorni" in shown
    assert "Attiva</" not in shown  # nothing to press while it waits
    elena.post(f"{page}switch/", {"on": "1"})
    assert not Procedure.objects.get(pk=found.pk).is_on
    for key in ("deadlines.opposition", "steps.third_parties", "suspensions.irregular"):
        elena.post(f"{page}confirmations/", {"key": key, "note": "Regolamento, art. 12"})
    shown = text(elena.get(page))
    assert "Confermato da Elena Prova" in shown and "Regolamento, art. 12" in shown
    elena.post(f"{page}switch/", {"on": "1"})
    assert Procedure.objects.get(pk=found.pk).is_on
    assert Kind.objects.get(organisation=cast.borgo, slug="document-access").retired_at is None
    rows = text(elena.get("/desk/borgo/procedures/"))
    assert "Attiva, versione 1" in rows and "Spenta" in rows


def test_an_edit_is_a_new_version(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    own = Procedure.objects.get(kind__slug="information", organisation=cast.borgo)
    page = f"/desk/borgo/procedures/{own.pk}/"
    shown = text(elena.get(f"{page}edit/"))
    assert 'value="30"' in shown
    data = {"name_it": "Informazione", "name_en": "Information", "term_value": "20", "term_unit": "working_days",
            "term_roll": "none", "first_answer_hours": "8", "source": "Delibera 9/2026", "valid_from": "2026-01-01"}
    assert elena.post(f"{page}edit/", data | {"term_value": "0"}).status_code == 422
    assert elena.post(f"{page}edit/", data).status_code == 302
    newest = Procedure.objects.get(kind=own.kind, version=2)
    assert (newest.term_value, newest.term_unit, newest.first_answer_hours, newest.is_on, newest.confidence) == (
        20, "working_days", 8, True, "H")
    own.refresh_from_db()
    assert (own.term_value, own.version) == (30, 1)


def test_out_and_in_again(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    elena.post("/desk/borgo/procedures/packs/", {"code": ["foia"]})
    found = Procedure.objects.get(code="foia")
    file = elena.get(f"/desk/borgo/procedures/{found.pk}/export/")
    assert file["Content-Disposition"] == 'attachment; filename="foia.yaml"'
    changed = text(file).replace("value: 30", "value: 25", 1)
    upload = SimpleUploadedFile("foia.yaml", changed.encode())
    assert elena.post("/desk/borgo/procedures/import/", {"file": upload}).status_code == 302
    assert Procedure.objects.get(code="foia", version=2).term_value == 25
    bad = elena.post("/desk/borgo/procedures/import/", {"file": SimpleUploadedFile("x.yaml", b"procedures: [{code: x}]")})
    assert bad.status_code == 422 and "must be given" in text(bad)
    whole = text(elena.get("/desk/borgo/procedures/export/"))
    assert {each.code for each in packs.read_pack(whole).procedures} >= {"foia", "information", "complaint"}


@pytest.mark.parametrize("name", ["Anna", "Carla"])
def test_who_works_with_it_reads_it(cast: Cast, name: str) -> None:
    client = signed_in(cast, name)
    own = Procedure.objects.get(kind__slug="complaint", organisation=cast.borgo)
    shown = text(client.get(f"/desk/borgo/procedures/{own.pk}/"))
    assert "Carta dei servizi" in shown
    assert ("Nuova versione" in shown) is (name == "Carla")
    other = Procedure.objects.get(organisation=cast.bottega)
    assert client.get(f"/desk/borgo/procedures/{other.pk}/").status_code == 404


def test_in_english_too(cast: Cast) -> None:
    cast.users["Elena"].language = "en"
    cast.users["Elena"].save()
    client = signed_in(cast, "Elena")
    shown = text(client.get("/desk/borgo/procedures/packs/", headers={"accept-language": "en"}))
    assert "Procedures that are ready" in shown and "Right of withdrawal" in shown


def test_every_procedure_can_be_shown(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    elena.post("/desk/borgo/procedures/packs/", {"code": [code for code in packs.codes() if code != "information"]})
    for found in Procedure.objects.filter(organisation=cast.borgo, code__gt=""):
        assert elena.get(f"/desk/borgo/procedures/{found.pk}/").status_code == 200, found.code
