"""Elena loads a procedure, answers for what is not sure, switches it on; a change of law is a new version."""

from __future__ import annotations

from datetime import date

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.procedures import packs
from sportello.records.procedures.actions.publishing import changed, publish
from sportello.records.procedures.actions.switching import confirm, switch_off, switch_on
from sportello.records.procedures.definition import FAMILIES, ROLLS, UNITS, Definition
from sportello.records.procedures.models import Confirmation, Kind, Procedure
from sportello.records.procedures.queries import kinds, latest_versions, procedure_for, procedure_rows, unconfirmed
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def shipped(code: str) -> Definition:
    found = packs.shipped_version(code, date(2026, 11, 23))
    assert found is not None
    return found


def test_the_codes_of_the_pure_shape_are_those_of_the_rows() -> None:
    assert set(FAMILIES) == set(Kind.Family.values)
    assert set(UNITS) == set(Procedure.Unit.values) and set(ROLLS) == set(Procedure.Roll.values)


def test_loaded_it_waits_and_its_kind_takes_no_requests(cast: Cast) -> None:
    elena = cast.person("Elena")
    procedure = publish(cast.borgo, shipped("foia"), elena.actor)
    assert not procedure.is_on
    assert "foia" not in {kind.slug for kind in kinds(cast.borgo)}
    with pytest.raises(LookupError):
        procedure_for(procedure.kind, date(2026, 11, 23))
    assert switch_on(procedure, elena.actor) and not switch_on(procedure, elena.actor)
    assert "foia" in {kind.slug for kind in kinds(cast.borgo)}
    assert procedure_for(procedure.kind, date(2026, 11, 23)) == procedure
    assert procedure.defined == shipped("foia")


def test_what_is_not_sure_is_not_switched_on_in_silence(cast: Cast) -> None:
    elena, member = cast.person("Elena"), cast.member("Elena")
    procedure = publish(cast.borgo, shipped("document_access"), elena.actor, on=True)
    assert not procedure.is_on
    with pytest.raises(Refusal, match="3"):
        switch_on(procedure, elena.actor)
    with pytest.raises(Refusal):
        confirm(procedure, "suspensions.irregular", "   ", member, elena.actor)
    for each in unconfirmed(procedure):
        confirm(procedure, each.key, "Regolamento comunale, art. 12", member, elena.actor)
    with pytest.raises(Refusal):
        confirm(procedure, "suspensions.irregular", "di nuovo", member, elena.actor)
    given = Confirmation.objects.get(procedure=procedure, key="deadlines.opposition")
    assert (given.by, given.note, given.value["value"]) == (member, "Regolamento comunale, art. 12", 10)
    assert given.at <= clock.now(cast.borgo)
    assert switch_on(procedure, elena.actor)
    verbs = list(Event.objects.filter(subject_kind="procedure", subject_id=procedure.pk).values_list("verb", flat=True))
    assert sorted(verbs) == ["procedure.confirmed"] * 3 + ["procedure.published", "procedure.switched"]


def test_a_change_is_a_new_version_and_a_running_ticket_keeps_its_own(cast: Cast) -> None:
    elena = cast.person("Elena")
    first = publish(cast.borgo, shipped("foia"), elena.actor, on=True)
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    ticket = cast.ticket("Dati sul verde", kind="foia")
    assert ticket.procedure == first
    longer = changed(first.defined, valid_from=today, term=first.defined.term.__class__(
        value=20, unit="calendar_days", source="Delibera 4/2026", confidence="H"))
    second = publish(cast.borgo, longer, elena.actor, on=True)
    ticket.refresh_from_db()
    assert (second.version, second.is_on, second.term_value, second.source) == (2, True, 20, "Delibera 4/2026")
    assert ticket.procedure == first and ticket.procedure.term_value == 30
    assert cast.ticket("Altri dati", kind="foia").procedure == second
    row = next(each for each in procedure_rows(cast.borgo, today) if each.kind == first.kind)
    assert (row.in_force, row.versions) == (second, 2)
    assert [each for each in latest_versions(cast.borgo) if each.code == "foia"] == [second]


def test_a_confirmation_holds_on_while_the_value_is_the_same(cast: Cast) -> None:
    elena, member = cast.person("Elena"), cast.member("Elena")
    first = publish(cast.borgo, shipped("waste_correction"), elena.actor)
    confirm(first, "term", "Carta della qualità 2026", member, elena.actor)
    same = publish(cast.borgo, first.defined, elena.actor, on=True)
    assert same.is_on and not unconfirmed(same)
    data = first.defined.to_data()
    data["term"]["value"] = 50
    other = publish(cast.borgo, Definition.from_data(data), elena.actor, on=True)
    assert not other.is_on and [each.key for each in unconfirmed(other)] == ["term"]
    assert procedure_for(first.kind, date(2026, 11, 23)) == same


def test_the_kind_every_message_begins_with_keeps_a_procedure(cast: Cast) -> None:
    elena = cast.person("Elena")
    own = Procedure.objects.get(kind__slug="information", organisation=cast.borgo)
    with pytest.raises(Refusal):
        switch_off(own, elena.actor)
    other = Procedure.objects.get(kind__slug="complaint", organisation=cast.borgo)
    assert switch_off(other, elena.actor)
    assert "complaint" not in {kind.slug for kind in kinds(cast.borgo)}


def test_a_kind_has_one_procedure(cast: Cast) -> None:
    elena = cast.person("Elena")
    publish(cast.borgo, shipped("foia"), elena.actor)
    data = shipped("civic_access").to_data() | {"kind": "foia"}
    with pytest.raises(Refusal):
        publish(cast.borgo, Definition.from_data(data), elena.actor)
    publish(cast.bottega, Definition.from_data(data), elena.actor)  # another house


def test_one_made_before_packs_is_told_from_its_columns(cast: Cast) -> None:
    own = Procedure.objects.get(kind__slug="complaint", organisation=cast.borgo)
    assert (own.defined.term.value, own.defined.term.source, own.defined.service_levels[0].value) == (
        30, "Carta dei servizi", 16)
    assert Definition.from_data(own.defined.to_data()) == own.defined


def test_every_pack_can_be_loaded_and_gives_itself_back(cast: Cast) -> None:
    irene = cast.person("Irene").actor
    for code in packs.codes():
        procedure = publish(cast.bottega, packs.versions_of(code)[-1], irene)
        assert Procedure.objects.get(pk=procedure.pk).defined == packs.versions_of(code)[-1]
