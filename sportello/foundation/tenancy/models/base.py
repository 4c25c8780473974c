"""What every business row is made of: an organisation, and keys that cannot leave it.

A foreign key to a row of an organisation is an `OwnedKey`. In the database it is the composite
`FOREIGN KEY (organisation_id, x_id) REFERENCES t (organisation_id, id)`, added by the migration operation
`OwnedKeys` (tenancy/migration.py), so that a row of one organisation pointing into another is refused by
PostgreSQL itself, whatever the code does. Django's own single-column constraint is left out: it would prove less.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from sportello.foundation.core.questions import loaded

from .organisation import Organisation


class OwnedKey(models.ForeignKey):  # type: ignore[type-arg]  # the stubs cannot parametrise a subclass at run time
    """A foreign key that stays inside the organisation of its row; the constraint comes from `OwnedKeys`."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, args, options


class OwnedOneToOne(models.OneToOneField):  # type: ignore[type-arg]  # as above
    """`OwnedKey` for exactly one row on this side."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, args, options


class OrganisationModel(models.Model):
    """Base of every business row. `UNIQUE (organisation_id, id)` is what composite keys point at."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="%(app_label)s_%(class)s_owned"),
        ]

    from_db = classmethod(loaded)  # type: ignore[assignment, var-annotated]  # the stubs are of a later Django


class HangingModel(OrganisationModel):
    """Base of rows that many are made of at once and that hang at another row of their organisation by an owned key
    which is never null (`docs/decisions/0015-rows-that-hang.md`).

    That key proves that the organisation exists: a key of its own would prove nothing more, and its index is the first
    column of `UNIQUE (organisation_id, id)`.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta(OrganisationModel.Meta):
        abstract = True
