"""Who gives the numbers, and what of each kind is registered by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind

from ..models import KindProtocol, ProtocolSettings
from .outside import TOKEN_NAME

_CODE: Final = re.compile(r"[A-Za-z0-9_.\-]{0,16}")


def change(organisation: Organisation, actor: Actor, *, is_on: bool, keeper: str, administration: str = "",
           office: str = "", register: str = "", url: str = "", token_name: str = "") -> ProtocolSettings:  # fmt: skip
    """Raises Refusal, with its field. Numbers of the own register go on where they were when it comes back."""
    codes = {"administration": administration, "office": office, "register": register}
    for name, code in codes.items():
        if not _CODE.fullmatch(code):
            raise Refusal(_("A code has at most 16 letters, figures, _ . and -."), field=name)
    if keeper == ProtocolSettings.Keeper.OUTSIDE and not url:
        raise Refusal(_("Write the address of the outside system."), field="url")
    if token_name and not TOKEN_NAME.fullmatch(token_name):
        raise Refusal(_("The name of the token begins with SPORTELLO_PROTOCOL_, in capitals."), field="token_name")
    with transaction.atomic():
        row = ProtocolSettings.objects.select_for_update().filter(organisation=organisation).first()
        row = row or ProtocolSettings(organisation=organisation)
        row.is_on, row.keeper, row.url, row.token_name = is_on, keeper, url, token_name
        row.administration, row.office, row.register = administration, office, register
        row.changed_at = clock.now(organisation)
        row.save()
        record(organisation, "protocol.settings_changed", row, actor)
    return row


def set_kinds(organisation: Organisation, wanted: Mapping[int, tuple[str, str]]) -> None:
    """Kind id → (incoming, outgoing); a kind not named stays as it is."""
    kinds = Kind.objects.filter(organisation=organisation, pk__in=wanted)
    for kind in kinds:
        incoming, outgoing = wanted[kind.pk]
        if incoming in KindProtocol.Incoming.values and outgoing in KindProtocol.Outgoing.values:
            KindProtocol.objects.update_or_create(
                organisation=organisation, kind=kind, defaults={"incoming": incoming, "outgoing": outgoing}
            )
