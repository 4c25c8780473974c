"""Of the permission table's scene: what hangs on a customer's card, and the lines of its addresses."""

from __future__ import annotations

from sportello.foundation.files.actions import keep
from sportello.foundation.journal import actor
from sportello.records.customers.actions import card
from sportello.records.customers.actions.merging import merge
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.customers.importing import runs
from sportello.records.customers.models import Customer, SideSource
from tests.cast import Cast

SUPERVISORS = {"borgo": "Carla", "bottega": "Irene"}


def customer_kit(cast: Cast, slug: str, customer_id: str) -> dict[str, str]:
    """Ids by the names the addresses use, for the customer of the scene's first ticket."""
    customer = Customer.objects.select_related("organisation").get(pk=customer_id)
    organisation = customer.organisation
    member = cast.member(SUPERVISORS[slug], organisation)

    def known(name: str) -> Customer:
        return find_or_add(organisation, name=name, identities=[], language="it", actor=actor.SYSTEM)

    relation = card.relate(customer, known("Ion Cugino"), "delegate", actor.SYSTEM,
                           proof=("delega.pdf", keep(organisation, b"%PDF-1.4 delega")))
    consent = card.give_consent(customer, "news", "counter", actor.SYSTEM)
    made = merge(customer, known("Maria Doppia"), member)
    run = runs.choose(member, "customers", "elenco.csv", b"Nome;Email\nUgo;ugo@example.org\n")
    source = SideSource.objects.create(organisation=organisation, name="Ordini", sort="csv", key="external",
                                       made_at=customer.first_seen_at)
    return {"other_customer_id": str(known("Marta Altra").pk), "relation_id": str(relation.pk),
            "consent_id": str(consent.pk), "merge_id": str(made.pk), "run_id": str(run.pk), "source_id": str(source.pk)}
