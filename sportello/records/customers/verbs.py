"""What happens to customers."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("customer.added", "customer", {"identity_id": int, "sort": str}),
    Verb("customer.changed", "customer", {"fields": list[str]}),
    Verb("customer.merged", "customer", {"merged_id": int, "merge_id": int}),
    Verb("customer.parted", "customer", {"merged_id": int, "merge_id": int}),
    Verb("customer.noted", "customer", {"note_id": int}),
    Verb("customer.erased", "customer", {"erasure_id": int}),
    Verb("customer.exported", "customer", {"reading_id": int}),
    Verb("customers.exported", "organisation", {"reading_id": int, "rows": int}),
    Verb("customers.told_apart", "customer", {"other_id": int}),
    Verb("identity.added", "customer", {"identity_id": int, "sort": str}),
    Verb("identity.verified", "customer", {"identity_id": int, "how": str}),
    Verb("identity.undeliverable", "customer", {"identity_id": int}),
    Verb("identity.deliverable", "customer", {"identity_id": int}),
    Verb("identity.preferred", "customer", {"identity_id": int}),
    Verb("identity.removed", "customer", {"identity_id": int, "sort": str}),
    Verb("relation.added", "customer", {"relation_id": int, "other_id": int, "kind": str}),
    Verb("relation.ended", "customer", {"relation_id": int}),
    Verb("consent.given", "customer", {"consent_id": int, "purpose": str, "source": str}),
    Verb("consent.withdrawn", "customer", {"consent_id": int, "purpose": str}),
    Verb("import.chosen", "import_run", {"sort": str}),
    Verb("import.begun", "import_run", {"total": int}),
    Verb("import.ended", "import_run", {"rows": int}),
    Verb("side_source.changed", "side_source", {"sort": str}),
)
