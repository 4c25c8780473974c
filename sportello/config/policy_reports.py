"""What browsers refused by our policy of content (`foundation/ui/policy.py`), as they report it: rule and page.

A report names addresses; of them only the name of our view is kept. Anybody may send one, so they are few a minute,
small, and of a closed list of rules: who floods this gets a number that grows.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sportello.foundation.watch import meters, slow

LARGEST: Final = 16 * 1024
A_MINUTE: Final = 60
#: Of a list: more of one page's say the same.
AT_ONCE: Final = 10
#: CSP level 3 (https://www.w3.org/TR/CSP3/); a rule that is none of them is "other".
DIRECTIVES: Final = frozenset(
    {
        "base-uri", "child-src", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors",
        "frame-src", "img-src", "manifest-src", "media-src", "object-src", "sandbox", "script-src", "script-src-attr",
        "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "worker-src",
    }
)  # fmt: skip
#: An extension that writes into our page is the reader's business.
_EXTENSIONS: Final = ("chrome-extension", "moz-extension", "safari-extension", "safari-web-extension")


class _Budget:
    """So many a minute in this process."""

    def __init__(self) -> None:
        self.minute, self.used, self.lock = 0, 0, threading.Lock()

    def take(self) -> bool:
        with self.lock:
            now = int(time.monotonic() // 60)
            if now != self.minute:
                self.minute, self.used = now, 0
            self.used += 1
            return self.used <= A_MINUTE


BUDGET = _Budget()


@csrf_exempt  # a browser sends it by itself, and it changes a counter only
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """204 whatever came of it; 413 and 429 for too large and too many."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    if not BUDGET.take():
        return HttpResponse(status=429)
    try:
        said: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return HttpResponse(status=204)
    for report in said[:AT_ONCE] if isinstance(said, list) else [said]:
        _keep(report)
    return HttpResponse(status=204)


def _keep(report: Any) -> None:
    """Either form: `{"csp-report": {…}}`, or one of a list of the Reporting API, `{"type": …, "body": {…}}`."""
    body = report.get("csp-report", report.get("body")) if isinstance(report, dict) else None
    if not isinstance(body, dict):
        return
    given = [body.get(name) for name in ("effective-directive", "effectiveDirective", "violated-directive")]
    words = next((one for one in given if isinstance(one, str) and one), "").split()
    directive = words[0] if words and words[0] in DIRECTIVES else "other"
    sources = [str(body.get(name, "")) for name in ("blocked-uri", "blockedURL", "source-file", "sourceFile")]
    if any(one.startswith(_EXTENSIONS) for one in sources):
        return
    meters.add(meters.POLICY, directive)
    slow.saw("policy", f"{directive} · {_view_of(str(body.get('document-uri') or body.get('documentURL') or ''))}")


def _view_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name or "unnamed"
    except (Resolver404, ValueError):
        return "none"
