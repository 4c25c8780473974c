"""Browsers that are told: said yes, taken away."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from sportello.foundation.core import sealed
from sportello.foundation.core.calling import CallFailure, allowed_address, is_named
from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import User

from .models import Browser
from .push.encryption import SECRET_BYTES
from .push.vapid import decoded

#: Push services inside the house that may be asked, by their hosts, parted by commas.
HOSTS: Final = "SPORTELLO_PUSH_HOSTS"
_PURPOSE: Final = "push browser"
#: More browsers than a person has.
MOST: Final = 10
_NAMES: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_DEVICES: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
                   ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Address:
    """Where a browser is reached: its service's address, its key (65 bytes), its secret (16)."""

    endpoint: str
    key: bytes
    secret: bytes


def add(user: User, said: Any, agent: str) -> Browser:
    """Keep a browser's PushSubscription (`toJSON()`); one that was somebody else's is theirs no more.

    Raises Refusal for what is no subscription, or for an address that is not one of the open network: a form must not
    make us call what only this machine reaches.
    """
    address = _address(said)
    browser, _made = Browser.objects.update_or_create(
        digest=hashlib.sha256(address.endpoint.encode()).hexdigest(),
        defaults={
            "user": user,
            "sealed": sealed.seal(_PURPOSE, json.dumps(_plain(said))),
            "label": label(agent),
            "added_at": clock.server_now(),
            "held_until": None,
        },
    )
    kept = Browser.objects.filter(user=user).order_by("-added_at", "-pk").values("pk")[:MOST]
    Browser.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return browser


def address_of(browser: Browser) -> Address:
    """Raises sealed.Broken when the database came without the installation's keys."""
    return _address(json.loads(sealed.unseal(_PURPOSE, browser.sealed)), look=False)


def label(agent: str) -> str:
    """What a person calls it: "Firefox, Windows"."""
    name = next((shown for mark, shown in _NAMES if mark in agent), "")
    device = next((shown for mark, shown in _DEVICES if mark in agent), "")
    return ", ".join(one for one in (name, device) if one) or "?"


def _plain(said: Any) -> dict[str, Any]:
    keys = said["keys"]
    return {"endpoint": said["endpoint"], "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}


def _address(said: Any, *, look: bool = True) -> Address:
    wrong = Refusal(_("This browser did not say how it can be reached. Try again, or use another."))
    try:
        endpoint, keys = str(said["endpoint"]), said["keys"]
        found = Address(endpoint, decoded(str(keys["p256dh"])), decoded(str(keys["auth"])))
        parts = urlsplit(endpoint)
        port = parts.port or 443
    except (KeyError, TypeError, ValueError):
        raise wrong from None
    good = len(found.key) == 65 and len(found.secret) == SECRET_BYTES and len(endpoint) <= 2_000
    if not good or not parts.hostname or re.search(r"[\s\x00-\x1f]", endpoint):
        raise wrong
    if look:
        _refuse_inside(parts.scheme, parts.hostname, port)
    return found


def _refuse_inside(scheme: str, host: str, port: int) -> None:
    """https to the open network; anything else only where who runs the installation named the host."""
    try:
        allowed_address(host, port, HOSTS)
    except CallFailure as failure:
        if failure.code != "away":  # a name that is not found now is asked again when it is called
            raise Refusal(_("The push service of this browser is not one we may call.")) from None
    if scheme != "https" and not is_named(host, port, HOSTS):
        raise Refusal(_("The push service of this browser is not one we may call."))
