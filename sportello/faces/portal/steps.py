"""The steps of a request."""

from __future__ import annotations

from django.utils.translation import gettext as _


def steps(*, with_form: bool = False) -> list[str]:
    """`with_form`: the kind of request has a form of its own, whose pages come second."""
    return [_("Write it"), *([_("Form")] if with_form else []), _("Check it"), _("Receipt")]
