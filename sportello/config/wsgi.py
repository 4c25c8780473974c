"""The pages as a WSGI application."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")

from django.core.wsgi import get_wsgi_application

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's. A page that is whole is given as a list: granian sends it at once, and anything else piece by piece."""
    response: Any = _django(environ, start_response)
    if getattr(response, "streaming", True):
        return response  # type: ignore[no-any-return]  # Django's answer is such an iterable
    whole = [response.content]
    response.close()
    return whole
