"""Templates are read once a process and made ready (named in the settings)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template import Origin
from django.template.base import Template
from django.template.loaders import cached

from .tree import ready


class Loader(cached.Loader):
    """Django's cached loader; what it read is made ready when it is first asked for. Not while templates are debugged:
    Django's own nodes say where a mistake stands."""

    def get_template(self, template_name: str, skip: Sequence[Origin] | None = None) -> Template:
        known: dict[str, Any] = self.get_template_cache
        passed = list(skip) if skip is not None else None
        is_new = self.cache_key(template_name, passed) not in known
        template = super().get_template(template_name, passed)
        if is_new and not self.engine.debug:
            ready(template.nodelist)
        return template
