"""A push service and a browser of our own, on the loopback: it takes what RFC 8030 says and opens it with the
browser's keys, as the browser would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from sportello.service.notifications.push import encryption
from sportello.service.notifications.push.vapid import encoded
from tests.unit.notifications.test_push_encryption import opened
from tests.waiting import LIMIT


@dataclass
class Service:
    """`answers`: status and headers of the next pushes, 201 when empty; `taken`: (path, headers, body) of all."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@dataclass
class OurBrowser:
    service: Service
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"0123456789abcdef"

    @property
    def subscription(self) -> str:
        keys = {"p256dh": encoded(encryption.point(self.key.public_key())), "auth": encoded(self.secret)}
        return json.dumps({"endpoint": f"{self.service.url}/{self.name}", "expirationTime": None, "keys": keys})

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What it was told, in words."""
        mine = [body for path, _headers, body in self.service.taken if path == f"/{self.name}"]
        return [json.loads(opened(body, self.key, self.secret)) for body in mine]


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = service.answers.pop(0) if service.answers else (201, {"Location": f"{service.url}/m/1"})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

    return Handler


@contextmanager
def running() -> Iterator[Service]:
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(LIMIT)
