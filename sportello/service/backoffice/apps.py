"""Room `backoffice`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "sportello.service.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from sportello.records.tickets import blockers

        from . import verbs  # noqa: F401 - fills the registry of verbs
        from .complaints import replies
        from .complaints import verbs as complaint_verbs  # noqa: F401 - as above
        from .faults import verbs as fault_verbs  # noqa: F401 - as above
        from .shop import verbs as shop_verbs  # noqa: F401 - as above

        blockers.register("complaints", replies.blocker)
        blockers.register_waiver("complaints", replies.waived)
