"""The steps of a request."""

from __future__ import annotations

from django.utils.translation import gettext as _


def steps() -> list[str]:
    return [_("Write it"), _("Check it"), _("Receipt")]
