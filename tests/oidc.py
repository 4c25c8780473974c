"""An OpenID Connect provider of our own, on the loopback: discovery, authorisation with PKCE, token, userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.waiting import LIMIT


@dataclass
class Provider:
    """`person`: the claims of who signs in there; `codes`: given and not yet used, with the challenge of each."""

    url: str = ""
    client: str = "sportello"
    secret: str = "s3gr3to-di-prova"
    person: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    fails: bool = False

    def apps(self, **settings: Any) -> dict[str, Any]:
        """What SOCIALACCOUNT_PROVIDERS holds for it."""
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{
            "provider_id": "ente", "name": "Ente di prova", "client_id": self.client, "secret": self.secret,
            "settings": {"server_url": self.url, **settings},
        }]}}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None: ...

        def answer(self, body: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if provider.fails:
                self.answer({"error": "server_error"}, 503)
            elif asked.path == "/.well-known/openid-configuration":
                self.answer({
                    "issuer": provider.url, "authorization_endpoint": f"{provider.url}/authorize",
                    "token_endpoint": f"{provider.url}/token", "userinfo_endpoint": f"{provider.url}/userinfo",
                    "jwks_uri": f"{provider.url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                })
            elif asked.path == "/authorize":
                self.authorize({name: values[0] for name, values in parse_qs(asked.query).items()})
            elif asked.path == "/userinfo":
                known = self.headers.get("Authorization", "").removeprefix("Bearer ") in provider.tokens
                self.answer(provider.person if known else {"error": "invalid_token"}, 200 if known else 401)
            else:
                self.answer({}, 404)

        def authorize(self, asked: dict[str, str]) -> None:
            assert asked["client_id"] == provider.client and asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(12)
            provider.codes[code] = asked["code_challenge"]
            self.send_response(302)
            self.send_header("Location",
                             asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]}))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
            challenge = provider.codes.pop(sent.get("code", [""])[0], None)
            proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", [""])[0].encode()).digest())
            if challenge is None or proof.decode().rstrip("=") != challenge:
                self.answer({"error": "invalid_grant"}, 400)
            elif sent.get("client_secret", [""])[0] != provider.secret:
                self.answer({"error": "invalid_client"}, 401)
            else:
                token = secrets.token_urlsafe(12)
                provider.tokens.add(token)
                self.answer({"access_token": token, "token_type": "Bearer", "expires_in": 60})

    return Handler


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, until the block ends."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(LIMIT)
