"""What a page may load and do: Content-Security-Policy and Permissions-Policy on every answer.

No inline script, no inline style, nothing from another origin but the live stream. A view that serves something
stranger than a page (the HTML of a mail) sets `response.content_policy` to its own, stricter, policy.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: For the HTML of a mail, framed in our own page: no scripts, no forms, nothing fetched from outside.
#: Inline styles are what mails are made of and cannot reach out. The sandbox gives the document an origin of its
#: own, so session cookies do not go with its pictures: put them in as `data:`.
MAIL_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

#: Where browsers say what they refused (`config/policy_reports.py`).
REPORTS = "/policy-reports/"
#: Where the stream answers on its own port (embedded default).
STREAM_PATH = "/stream"

_FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
             "midi", "payment", "serial", "usb")
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _FEATURES)


def stream_url(request: HttpRequest) -> str:
    """Address of the live stream for this browser; empty when the request's host is not one of ours.

    Built from the request's own host: a page on `localhost` with a stream on `127.0.0.1` would send no cookie.
    """
    given: str = settings.STREAM_URL
    if given:
        return given
    try:
        host = urlsplit(f"//{request.get_host()}").hostname or ""
    except (DisallowedHost, ValueError):
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{name}:{settings.STREAM_PORT}{STREAM_PATH}"


def page_policy(request: HttpRequest) -> str:
    """The policy of an ordinary page."""
    stream = urlsplit(stream_url(request))
    origin = f" {stream.scheme}://{stream.netloc}" if stream.netloc else ""
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{origin}; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action 'self'; object-src 'none'; report-uri {REPORTS}"
    )


class ContentSecurityPolicy:
    """Middleware; sits above everything so that error pages and static files carry the policy too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        own: str = getattr(response, "content_policy", "")
        response.headers.setdefault("Content-Security-Policy", own or page_policy(request))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
