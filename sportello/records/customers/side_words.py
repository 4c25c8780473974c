"""Why another system did not answer, said so that a colleague knows what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

SENTENCES: dict[str, Any] = {
    "address": gettext_lazy("The address of this source is not complete: tell your administrator."),
    "private": gettext_lazy("The address lies inside the house and is not allowed: tell who runs the installation."),
    "slow": gettext_lazy("No answer within three seconds: try again later, go on without."),
    "away": gettext_lazy("The other system cannot be reached: try again later, go on without."),
    "refused": gettext_lazy("The other system did not let us in: tell your administrator."),
    "not_understood": gettext_lazy("The answer could not be read: tell your administrator."),
}
