"""A signed-in browser that remembers how long each request took."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from sportello.config.day.browser import Browser

_LINKED = re.compile(r"""<(?:link|script|use)\b[^>]*?\b(?:href|src)="([^"#]+)""")
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?["'](\.{0,2}/[^"']+)["']""")
_STYLED = re.compile(r"""(?:url\(|@import\s+)["']?([^"')]+)""")
_FONT = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:\?|$)")
_MOST_FILES = 200


@dataclass(frozen=True)
class Hop:
    """One request without what it redirected to."""

    method: str
    status: int
    milliseconds: float
    content: bytes


class Client(Browser):
    """`hops` of the last action, first one first."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.hops: list[Hop] = []

    def _once(self, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        began = time.perf_counter()
        status, location, content = super()._once(method, url, body, kind)
        self.hops.append(Hop(method, status, (time.perf_counter() - began) * 1000, content))
        return status, location, content

    def first_hop(self, path: str) -> Hop:
        """GET `path`; RuntimeError when it was refused."""
        self.hops.clear()
        answer = self.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return self.hops[0]

    def sign_in(self, email: str, password: str) -> None:
        answer = self.get("/desk/")
        self.submit(answer.form("login"), {"login": email, "password": password})
        self.first_hop("/desk/lists/all/")

    def first_visit(self, path: str) -> tuple[int, int]:
        """(bytes, files) of a page and all it needs, compressed, without fonts: what an empty cache costs."""
        page = self.get(path)
        total, seen = compressed(page.content), {path}
        waiting = [urljoin(page.url, one) for one in _LINKED.findall(page.text)]
        while waiting and len(seen) < _MOST_FILES:
            address = waiting.pop()
            name = urlsplit(address).path
            if name in seen or _FONT.search(name) or not address.startswith(self.base):
                continue
            if "/static/" not in name and not name.endswith((".css", ".js", ".svg")):
                continue
            seen.add(name)
            found = self.get(address)
            total += compressed(found.content)
            if name.endswith(".js"):
                waiting += [urljoin(address, one) for one in _IMPORTED.findall(found.text)]
            elif name.endswith(".css"):
                linked = [one for one in _STYLED.findall(found.text) if not one.startswith("data:")]
                waiting += [urljoin(address, one) for one in linked]
        return total, len(seen)


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 6, mtime=0))
