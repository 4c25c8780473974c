"""A DNS of a test: names written here, and nothing else in the world."""

from __future__ import annotations

from sportello.service.channels.mailkit.spf import TemporaryTrouble


class Zone:
    """`mailkit.spf.Names` over three tables. `silent`: nobody answers; `asked` counts the questions."""

    def __init__(
        self,
        txt: dict[str, list[str]] | None = None,
        hosts: dict[str, list[str]] | None = None,
        mx: dict[str, list[str]] | None = None,
        *,
        silent: bool = False,
    ) -> None:
        self.txt_, self.hosts, self.mx_, self.silent, self.asked = txt or {}, hosts or {}, mx or {}, silent, 0

    def txt(self, name: str) -> list[str]:
        return self._ask(self.txt_, name)

    def addresses(self, name: str) -> list[str]:
        return self._ask(self.hosts, name)

    def mx(self, name: str) -> list[str]:
        return self._ask(self.mx_, name)

    def _ask(self, table: dict[str, list[str]], name: str) -> list[str]:
        self.asked += 1
        if self.silent:
            raise TemporaryTrouble
        return table.get(name, [])
