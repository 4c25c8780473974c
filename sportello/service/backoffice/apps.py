"""Room `backoffice`, floor service."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "sportello.service.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from . import verbs  # noqa: F401 - fills the registry of verbs
        from .approvals import verbs as _approvals  # noqa: F401 - as above
        from .checklists import verbs as _checklists  # noqa: F401 - as above
        from .offices import verbs as _offices  # noqa: F401 - as above
        from .registering import register_all
        from .unknown_cases import verbs as _cases  # noqa: F401 - as above

        register_all()
