"""What import contracts cannot see: relations given as strings, owned keys, the database's own constraints."""

import importlib

import pytest
from django.apps import apps
from django.db import connection, models

from sportello.foundation.tenancy.migration import constraint_name
from sportello.foundation.tenancy.models import HangingModel, Organisation, OrganisationModel
from sportello.foundation.tenancy.models.base import OwnedKey, OwnedOneToOne

FLOORS = ["foundation", "records", "service", "faces", "config"]
#: Rows of the installation or of the machine, not of an organisation; each with the reason.
BELONG_TO_NOBODY = {
    "tenancy.Organisation": "the tenant itself",
    "accounts.User": "one person may work for several",
    "notifications.Choice": "of a person, who may work for several",
    "notifications.Browser": "of a person, who may work for several",
    "notifications.PushKey": "of the installation",
    "watching.Occurrence": "of the installation, or of the one organisation an alarm is of",
    "journal.Event": "carries the organisation as a plain number: nothing references the journal",
    "journal.Epoch": "of the installation",
    "journal.Cursor": "of a consumer",
    "journal.ParkedEvent": "of a consumer",
}


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("sportello.")]


def floor_of(model: type[models.Model]) -> int:
    return FLOORS.index(model.__module__.split(".")[1])


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_business_row_belongs_to_an_organisation(model: type[models.Model]) -> None:
    if model._meta.label in BELONG_TO_NOBODY:
        return
    assert issubclass(model, OrganisationModel), f"{model._meta.label} has no organisation"
    unique = [set(one.fields) for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    assert {"organisation", "id"} in unique, f"{model._meta.label}: Meta.constraints must keep OrganisationModel's"


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_relations_point_down_and_stay_inside(model: type[models.Model]) -> None:
    for field in model._meta.local_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        target = field.related_model
        assert isinstance(target, type)
        if target.__module__.startswith("sportello."):
            assert floor_of(target) <= floor_of(model), f"{model._meta.label}.{field.name} points upward"
        if issubclass(target, OrganisationModel):
            assert isinstance(field, (OwnedKey, OwnedOneToOne)), (
                f"{model._meta.label}.{field.name} can point into another organisation: use OwnedKey"
            )


@pytest.mark.django_db
@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_the_database_keeps_owned_keys(model: type[models.Model]) -> None:
    """Renames and forgotten `OwnedKeys()` are not seen by Django's autodetector: the catalogue is asked."""
    for field in model._meta.local_fields:
        if not isinstance(field, (OwnedKey, OwnedOneToOne)):
            continue
        table, column = model._meta.db_table, str(field.column)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
                [constraint_name(table, column), table],
            )
            row = cursor.fetchone()
        assert row, f"{table}.{column} has no composite key: end the migration with OwnedKeys()"
        target = field.related_model._meta.db_table
        assert row[0].startswith(
            f"FOREIGN KEY (organisation_id, {column}) REFERENCES {target}(organisation_id, id)"
        ), row[0]


@pytest.mark.parametrize("model", [one for one in ours() if issubclass(one, HangingModel)], ids=lambda model: model._meta.label)
def test_what_hangs_at_a_row_always_does(model: type[models.Model]) -> None:
    """Its organisation has no key of its own: the owned key that is never null is what proves that it exists."""
    owned = [one for one in model._meta.local_fields if isinstance(one, (OwnedKey, OwnedOneToOne)) and not one.null]
    assert any(field.related_model is not model for field in owned), f"{model._meta.label}: use OrganisationModel"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_hangs_cannot_have_an_organisation_that_does_not_exist() -> None:
    from django.db import IntegrityError, transaction
    from django.utils import timezone

    from sportello.records.customers.models import Customer, Identity

    here = Organisation.objects.create(slug="here", name="here")
    customer = Customer.objects.create(organisation=here, name="M", sort_key="m", first_seen_at=timezone.now())
    mine = Identity(
        customer=customer, sort="email", value="m@example.org", shown="m@example.org", added_at=timezone.now()
    )
    mine.organisation_id = here.pk + 1_000
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.save()
    assert not Identity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_row_cannot_point_into_another_organisation() -> None:
    from django.db import IntegrityError, transaction

    from sportello.records.accounts.models import Team
    from sportello.service.routing.models import Route

    here, there = (Organisation.objects.create(slug=slug, name=slug) for slug in ("here", "there"))
    theirs = Team.objects.create(organisation=there, slug="t", names={"it": "T"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Route.objects.create(organisation=here, team=theirs)
    assert not Route.objects.exists()


def test_apps_are_rooms_on_their_floor() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("sportello.") and config.name != "sportello.config":
            _, floor, room = config.name.split(".")
            assert floor in FLOORS
            assert config.label == room


def test_task_names_say_their_room() -> None:
    from procrastinate.contrib.django import app

    for module in ("sportello.foundation.files.tasks",):
        importlib.import_module(module)
    for name, task in app.tasks.items():
        if task.func.__module__.startswith("sportello."):
            assert name.split(".")[0] == task.func.__module__.split(".")[2], name
