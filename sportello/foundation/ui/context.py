"""What every layout needs, without a query: language, theme, version, stream."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from sportello.foundation.ui.policy import stream_url

#: `auto` follows the device.
THEMES = ("auto", "light", "dark")


def theme_cookie() -> str:
    """Cookies ignore ports, so the name carries ours."""
    return f"sportello_theme_{settings.PORT}"


@cache
def product_version() -> str:
    """The installed version, else the checkout's."""
    try:
        return version("sportello")
    except PackageNotFoundError:
        return "0.1.0"


def layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `language`, `languages`, `theme`, `version`, `stream_url`, `demo`."""
    chosen = request.COOKIES.get(theme_cookie(), "auto")
    return {
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "languages": tuple(settings.LANGUAGES),
        "theme": chosen if chosen in THEMES else "auto",
        "version": product_version(),
        "stream_url": stream_url(request),
        "demo": settings.DEMO,
    }
