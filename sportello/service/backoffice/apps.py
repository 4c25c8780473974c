"""Room `backoffice`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "sportello.service.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from sportello.records.tickets import blockers, sealing

        from . import verbs  # noqa: F401 - fills the registry of verbs
        from .approvals import verbs as _approvals  # noqa: F401 - as above
        from .archive import filing
        from .checklists import verbs as _checklists  # noqa: F401 - as above
        from .complaints import replies
        from .complaints import verbs as _complaints  # noqa: F401 - as above
        from .documents import verbs as _documents  # noqa: F401 - as above
        from .faults import verbs as _faults  # noqa: F401 - as above
        from .offices import verbs as _offices  # noqa: F401 - as above
        from .registering import register_all
        from .shop import verbs as _shop  # noqa: F401 - as above
        from .unknown_cases import verbs as _cases  # noqa: F401 - as above

        sealing.register("disposed", filing.seal)
        blockers.register("complaints", replies.blocker)
        blockers.register_waiver("complaints", replies.waived)
        register_all()
