"""A tab of the strip is drawn once for each of its shapes: what is written into it is its own each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation

from sportello.foundation.ui.nav import Tab

NOW = datetime(2026, 3, 5, 10, 30, tzinfo=UTC)


def test_a_tab_is_what_its_template_draws() -> None:
    strip = Template("{% load ui %}{% for tab in tabs %}{% strip_tab tab %}{% endfor %}")
    template = get_template("ui/_strip_tab.html")
    tabs = [
        Tab(
            label=f"O'Brien <b> & {n} · 4213", url=f"/desk/borgo/tickets/{n}/?a=1&b=2", current=current, icon=icon,
            channel="e-mail" if icon else "", close_url=f"/desk/borgo/tickets/{n}/tab/" if n % 2 else "",
            ticket=f"borgo/{n}" if n % 3 else "", unread=unread, unsaved=unsaved,
            since=NOW - timedelta(minutes=n) if since else None, now=NOW,
        )
        for n, (current, icon, unread, unsaved, since) in enumerate(
            product((True, False), ("mail", ""), (True, False), (True, False), (True, False))
        )
    ]  # fmt: skip
    for language in ("it", "en"):
        with translation.override(language):
            for _again in range(2):
                drawn = strip.render(Context({"tabs": tabs, "csrf_token": "t<o>ken"}))
                wanted = "".join(template.render({"tab": tab, "csrf_token": "t<o>ken"}) for tab in tabs)
                assert drawn == wanted
