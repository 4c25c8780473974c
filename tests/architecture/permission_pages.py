"""The pages of the permission table: whatever is shown somewhere, with who may see it and where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .hostile import asker
from .permission_scene import Scene, address_of
from .permissions import DEMO, LINES, NOBODY, NOTHING_THERE, Line


def lines_of_pages(scene: Scene, *, without: Collection[str] = (), only: str = "") -> Iterator[tuple[Line, str, str]]:
    """Line, person, address of whatever is shown; `only` are beginnings of names, divided by commas."""
    kit = scene.kit("borgo")
    for line in LINES:
        if "GET" not in line.methods or line.name in without or line.right in (DEMO, NOBODY, NOTHING_THERE):
            continue
        if only and not any(line.name.startswith(one) for one in only.split(",")):
            continue
        person = "anonymous" if line.name.startswith("account_") and not line.name.endswith(("me", "password")) else asker(line)
        yield line, person, address_of(line, kit)
