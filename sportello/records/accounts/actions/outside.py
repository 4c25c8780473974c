"""Setting up sign-in with the accounts of one's own body or company (OpenID Connect Core and Discovery 1.0).

An administrator answers for their organisation only: their service opens the accounts of people who work here and
nowhere else (`outside.py`), with addresses of the domains written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core import sealed
from sportello.foundation.core.calling import CallFailure, call, is_named
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..models import OutsideProvider

#: Services inside the house that may be asked, by their hosts, parted by commas.
HOSTS: Final = "SPORTELLO_SIGN_IN_HOSTS"
PURPOSE: Final = "outside provider"
SECONDS: Final = 8.0
MOST_BYTES: Final = 512 * 1024
DISCOVERY: Final = "/.well-known/openid-configuration"
_DOMAIN: Final = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True)
class Wanted:
    """`secret` empty: the one that is kept stays."""

    name: str
    server_url: str
    client_id: str
    secret: str
    domains: Sequence[str]
    trusts_addresses: bool = False


def provider_of(organisation: Organisation) -> OutsideProvider | None:
    return OutsideProvider.objects.filter(organisation=organisation, ended_at__isnull=True).first()


def set_up(organisation: Organisation, wanted: Wanted, actor: Actor) -> OutsideProvider:
    """Write it down; people may sign in with it from now on. Refusal at name, server_url, client_id, domains.

    Another issuer or client is another service: whom the one before knew is asked anew, by a verified address.
    """
    name, client, server = one_line(wanted.name, 40), wanted.client_id.strip(), wanted.server_url.strip().rstrip("/")
    domains = check_domains(wanted.domains)
    if not name:
        raise Refusal(_("Write the name people know the service by."), field="name")
    if not client or len(client) > 190:
        raise Refusal(_("Copy the client's id from the service."), field="client_id")
    check_address(server)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        row = provider_of(organisation)
        if row is None:
            row = OutsideProvider(
                organisation=organisation, code=_new_code(organisation), made_at=clock.now(organisation)
            )
        elif (row.server_url, row.client_id) != (server, client):
            _forget_accounts(row)
        row.name, row.server_url, row.client_id, row.domains = name, server, client, domains
        row.trusts_addresses = wanted.trusts_addresses
        if wanted.secret:
            row.secret = sealed.seal(PURPOSE, wanted.secret)
        row.save()
        record(organisation, "outside_provider.set", row, actor, secret=bool(wanted.secret))
    return row


def end(provider: OutsideProvider, actor: Actor) -> None:
    """Nobody signs in with it any more; passwords and passkeys are as they were. Twice is once."""
    organisation = provider.organisation
    with transaction.atomic():
        rows = OutsideProvider.objects.filter(pk=provider.pk, ended_at__isnull=True)
        if rows.update(ended_at=clock.now(organisation), secret=""):
            _forget_accounts(provider)
            record(organisation, "outside_provider.ended", provider, actor)


def secret_of(provider: OutsideProvider) -> str:
    """Raises sealed.Broken when the database came without the installation's keys."""
    return sealed.unseal(PURPOSE, provider.secret) if provider.secret else ""


def check_address(server: str) -> None:
    """Refusal at `server_url` for what is no issuer's address, or none we may call."""
    parts = urlsplit(server)
    if parts.query or parts.fragment or parts.username or "/.well-known" in parts.path or len(server) > 300:
        raise Refusal(_("Write the issuer's address as the service states it: https://…"), field="server_url")
    if not may_call(server):
        raise Refusal(_("The issuer's address must begin with https://."), field="server_url")


def may_call(address: str) -> bool:
    """https; anything else only to a host that who runs the installation named. Where in the network it lies is asked
    when it is called (`core/calling.py`)."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_named(parts.hostname, port, HOSTS))


def check_domains(domains: Sequence[str]) -> list[str]:
    """Small, each once, in their order. Refusal at `domains` for none, or what is no domain."""
    found = list(dict.fromkeys(one.strip().lower().removeprefix("@") for one in domains if one.strip()))
    wrong = next((one for one in found if not _DOMAIN.fullmatch(one)), None)
    if wrong is not None:
        raise Refusal(_("“%(domain)s” is not the ending of an address, such as comune.example.it.")
                      % {"domain": wrong[:80]}, field="domains")  # fmt: skip
    if not found:
        raise Refusal(_("Write at least one domain: the service opens only accounts with addresses there."),
                      field="domains")  # fmt: skip
    return found[:20]


def try_out(provider: OutsideProvider) -> None:
    """Ask the service what it says of itself (OpenID Connect Discovery 1.0, section 4). Refusal with what is wrong.

    Client and secret are proven by the first who signs in: a service tells nothing of them before.
    """
    try:
        answer = call("GET", provider.server_url + DISCOVERY, {"Accept": "application/json"}, allowed=HOSTS,
                      seconds=SECONDS, most_bytes=MOST_BYTES)  # fmt: skip
    except CallFailure as failure:
        raise Refusal(str(_trouble(failure.code))) from None
    said = _document(answer.content) if answer.status == 200 else None
    if said is None:
        raise Refusal(_("There is no such service at this address: it answered %(status)d.")
                      % {"status": answer.status})  # fmt: skip
    if str(said.get("issuer", "")).rstrip("/") != provider.server_url:
        raise Refusal(_("The service calls itself “%(issuer)s”: write that address.")
                      % {"issuer": one_line(str(said.get("issuer", "")), 200)})  # fmt: skip
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint"):
        if not may_call(str(said.get(name, ""))):
            raise Refusal(_("The service names no good address for “%(name)s”.") % {"name": name})
    methods = said.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise Refusal(_("The service does not know PKCE with S256, and we sign nobody in without."))


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _trouble(code: str) -> str:
    if code == "private":
        return _("The address is inside the house: who runs the installation must allow it.")
    if code == "slow":
        return _("The service took too long to answer.")
    return _("The service does not answer. Check its address.")


def _new_code(organisation: Organisation) -> str:
    """The organisation's slug, with a number from the second on; a code that was, is not given again."""
    for number in range(1, 1_000):
        code = organisation.slug if number == 1 else f"{organisation.slug}-{number}"
        if not OutsideProvider.objects.filter(code=code).exists() and code not in _of_installation():
            return code
    raise Refusal(_("This was set up anew too often."))


def _of_installation() -> set[str]:
    from ..views.outside import of_installation  # which asks this module for the rest

    return {one["code"] for one in of_installation()}


def _forget_accounts(provider: OutsideProvider) -> None:
    SocialAccount.objects.filter(provider=provider.code).delete()
