"""A server of access tokens for a test (RFC 6749 sections 5 and 6), with the introspection Dovecot asks (RFC 7662)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


@dataclass
class Tokens:
    """`good`: access tokens in force. A refresh token is good once: each answer brings the next."""

    user: str
    port: int = 0
    refresh: str = "refresh-1"
    good: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    refuses: str = ""
    expires_in: int = 3600

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection(self) -> str:
        return f"http://127.0.0.1:{self.port}/introspection"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(form)
        if self.refuses:
            return 400, {"error": self.refuses, "error_description": "ask the person again"}
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") != self.refresh:
            return 400, {"error": "invalid_grant"}
        serial = len(self.asked)
        access = f"access-{serial}"
        self.good.add(access)
        answer: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": self.expires_in}
        if form.get("grant_type") == "refresh_token":
            self.refresh = f"refresh-{serial + 1}"
            answer["refresh_token"] = self.refresh
        return 200, answer

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        active = form.get("token", "") in self.good
        return 200, {"active": active, "user": self.user} if active else {"active": False}


@contextmanager
def token_server(user: str) -> Iterator[Tokens]:
    tokens = Tokens(user)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            code, answer = tokens.token(form) if self.path == "/token" else tokens.introspect(form)
            body = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    tokens.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield tokens
    finally:
        server.shutdown()
        server.server_close()
