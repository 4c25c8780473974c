"""What happens to customers."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("customer.added", "customer", {"identity_id": int, "sort": str}),
    Verb("customer.changed", "customer", {"fields": list[str]}),
    Verb("identity.added", "customer", {"identity_id": int, "sort": str}),
    Verb("identity.verified", "customer", {"identity_id": int, "how": str}),
    Verb("identity.undeliverable", "customer", {"identity_id": int}),
)
