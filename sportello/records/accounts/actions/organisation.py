"""What an organisation says of itself: name, languages, words of the portal, links it owes, colour and logo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import keep
from sportello.foundation.files.models import Blob, Logo
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy.models import Organisation

#: Columns this verb writes, and no others: the slug is in letters already sent, the clock is not an office's to move.
DESCRIBED = (
    "name", "owner_line", "timezone", "languages", "accent", "privacy_notice", "contact_lines", "footer_links",
)  # fmt: skip
LOGO_BYTES = 500_000
#: Pictures that cannot run anything; SVG can.
LOGO_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
FOOTER_LINKS = 20


def describe(organisation: Organisation, values: Mapping[str, Any], actor: Actor) -> list[str]:
    """Write the given columns of DESCRIBED; the names of those that changed. Nothing is journalled when none did.

    Refusal for a footer link that leads nowhere a browser may go.
    """
    unknown = set(values) - set(DESCRIBED)
    if unknown:
        raise LookupError(f"not described here: {sorted(unknown)}")
    if "footer_links" in values:
        check_links(values["footer_links"])
    with transaction.atomic():
        locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
        if changed:
            for name in changed:
                setattr(locked, name, values[name])
                setattr(organisation, name, values[name])
            locked.save(update_fields=changed)
            record(locked, "organisation.described", locked, actor, parts=changed)
    return changed


def check_links(links: Sequence[Mapping[str, Any]]) -> None:
    """Refusal: too many, without words, or not to a web page (`javascript:` and `data:` would run in our name)."""
    if len(links) > FOOTER_LINKS:
        raise Refusal(_("At most %(most)d links: nobody reads more.") % {"most": FOOTER_LINKS}, field="links")
    for link in links:
        parts = urlsplit(str(link["url"]))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refusal(
                _("“%(url)s” is not the address of a page: write it from https:// on.") % {"url": link["url"]},
                field="links",
            )
        if not any(link["names"].values()):
            raise Refusal(_("Give the link to %(url)s its words.") % {"url": link["url"]}, field="links")


def set_logo(organisation: Organisation, content: bytes, actor: Actor) -> None:
    """Keep `content` as the logo. Refusal: too large, or not a picture browsers and paper can draw."""
    if len(content) > LOGO_BYTES:
        raise Refusal(_("The picture is larger than %(kilo)d kB: make it smaller.") % {"kilo": LOGO_BYTES // 1000},
                      field="logo")  # fmt: skip
    with transaction.atomic():
        blob = keep(organisation, content)
        if blob.content_type not in LOGO_TYPES:
            raise Refusal(_("Choose a picture: PNG, JPEG, WebP or GIF."), field="logo")
        Logo.objects.update_or_create(organisation=organisation, defaults={"blob": blob})
        record(organisation, "logo.changed", organisation, actor, sha256=blob.sha256)


def remove_logo(organisation: Organisation, actor: Actor) -> None:
    """Without a logo the name stands alone. The bytes stay: letters already printed carry them."""
    with transaction.atomic():
        gone, _rows = Logo.objects.filter(organisation=organisation).delete()
        if gone:
            record(organisation, "logo.changed", organisation, actor, sha256="")


def logo_of(organisation: Organisation) -> Blob | None:
    """The picture, where there is one; one query."""
    found = Logo.objects.filter(organisation=organisation).select_related("blob").first()
    return found.blob if found else None
