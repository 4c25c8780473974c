"""What layouts draw, as plain records: the faces fill them, the templates only draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class NavEntry:
    """One entry of the desk's rail (`desk_nav` in the context)."""

    key: str
    label: Words
    url: str
    #: A name of `theme.icons`.
    icon: str
    #: Shown as `99+` above 99; None draws no number.
    count: int | None = None
    current: bool = False
    #: A key sequence such as `g m`.
    hotkey: str = ""
    #: At the foot of the rail (settings, own account).
    foot: bool = False
    #: Behind "More": a rail taller than the window hides what it holds.
    more: bool = False


@dataclass(frozen=True)
class Tab:
    """One tab: of the strip of open tickets (`desk_strip`) or of a `{% tab_links %}`."""

    label: Words
    url: str
    current: bool = False
    icon: str = ""
    count: int | None = None
    #: Address a POST to which closes the tab; empty: it cannot be closed.
    close_url: str = ""
    #: Of an open ticket: `<organisation>/<number>`, whether something came since it was looked at, whether something
    #: typed is not sent, since when somebody waits, and its organisation's instant.
    ticket: str = ""
    unread: bool = False
    unsaved: bool = False
    since: datetime | None = None
    now: datetime | None = None
    channel: Words = ""


@dataclass(frozen=True)
class Command:
    """One entry of the command palette (`desk_commands`)."""

    label: Words
    url: str
    icon: str = "arrow-right"
    hotkey: str = ""
    #: Other words people may type for it.
    words: str = ""


@dataclass(frozen=True)
class Link:
    """A link of the portal's header or footer."""

    label: Words
    url: str
    current: bool = False


class Stage(Protocol):
    """One stage of where it stands."""

    @property
    def label(self) -> Words: ...
    @property
    def state(self) -> Literal["done", "now", "next"]: ...
    @property
    def at(self) -> datetime | None: ...


class Standing(Protocol):
    """Where a ticket stands: what `ui/_standing.html` draws, alike on desk, portal, mail and paper."""

    @property
    def sentence(self) -> Words: ...
    @property
    def stages(self) -> Sequence[Stage]: ...
    @property
    def next_promise_at(self) -> datetime | None: ...
    @property
    def team(self) -> Words: ...
    @property
    def to_do_by_customer(self) -> Words: ...
