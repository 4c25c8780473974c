"""`sportello oidc`: sign-in with an account of elsewhere (OpenID Connect)."""

from __future__ import annotations

import argparse
import json
import os
import re
from typing import Any
from urllib.parse import urlsplit

HELP = "show, add or remove a provider people may sign in with (OpenID Connect)"
_SECRET = "SPORTELLO_OIDC_SECRET"  # noqa: S105 - the name of a variable


def arguments(parser: argparse.ArgumentParser) -> None:
    """Without words: list. With a code: set it, or `--remove` it."""
    parser.add_argument("code", nargs="?", help="short name in addresses: small letters, digits, -")
    parser.add_argument("--name", help="as the sign-in page says it")
    parser.add_argument("--server", help="the issuer's address, https://…")
    parser.add_argument("--client", help=f"client id; its secret is read from {_SECRET}, or asked for")
    parser.add_argument(
        "--trusts-addresses", action="store_true",
        help="believe its addresses although it never says they are verified: only where it gives them out itself",
    )
    parser.add_argument("--remove", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Writes `keys/sign-in.json` (mode 0600); web processes read it when they start."""
    from sportello.config import home
    from sportello.config.supervisor.trouble import Trouble

    kept = {one["provider_id"]: one for one in home.sign_in_providers()}
    if args.code and args.remove:
        if kept.pop(args.code, None) is None:
            raise Trouble(f"There is no provider {args.code}.")
        _write(list(kept.values()))
    elif args.code:
        kept[args.code] = _provider(args)
        _write(list(kept.values()))
    for code, one in kept.items():
        print(f"{code}: {one['name']} at {one['settings']['server_url']}, client {one['client_id']}; "
              f"callback /accounts/outside/{code}/callback/")
    if args.code:
        print("Restart Sportello for it to be offered.")
    elif not kept:
        print("No provider: people sign in with password or passkey.")
    return 0


def _provider(args: argparse.Namespace) -> dict[str, Any]:
    from getpass import getpass

    from sportello.config.supervisor.trouble import Trouble

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", args.code):
        raise Trouble("The code is small letters, digits and -, at most 40.")
    missing = [word for word in ("name", "server", "client") if not getattr(args, word)]
    if missing:
        raise Trouble("Say also " + " and ".join(f"--{word}" for word in missing) + ".")
    parts = urlsplit(args.server)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise Trouble("The server's address must begin with https://.")
    return {
        "provider_id": args.code,
        "name": args.name,
        "client_id": args.client,
        "secret": os.environ.get(_SECRET) or getpass("Secret of the client: "),
        "settings": {"server_url": args.server.rstrip("/"), "trusts_addresses": bool(args.trusts_addresses)},
    }


def _write(providers: list[dict[str, Any]]) -> None:
    from sportello.config import home

    path = home.sign_in_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(providers, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
