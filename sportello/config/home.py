"""Where this installation keeps its data.

One folder, `SPORTELLO_HOME` (default: the user's data folder), holds everything that is not code:

    postgres/      the embedded cluster, owned by the supervisor
    blobs/         files by SHA-256, one folder an organisation
    keys/          secret key and database password, mode 0600
    run/           what is true while it runs: sockets, process ids, the database's address
    logs/
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

#: The supervisor's own database, for a program that is started before it answers.
OWN_DATABASE = "SPORTELLO_OWN_DATABASE"


def home() -> Path:
    """The data folder; not created here."""
    given = os.environ.get("SPORTELLO_HOME")
    if given:
        return Path(given).expanduser().resolve()
    data = os.environ.get("XDG_DATA_HOME")
    base = Path(data) if data else Path.home() / ".local" / "share"
    return base / "sportello"


def keys() -> Path:
    """Secret key, passwords of servers, sign-in: `SPORTELLO_KEYS`, a folder all hosts of an installation see, else the
    home's own."""
    given = os.environ.get("SPORTELLO_KEYS")
    return Path(given).expanduser().resolve() if given else home() / "keys"


def secret_key() -> str:
    """The installation's signing key: from the environment, else a file made at first use (mode 0600)."""
    given = os.environ.get("SPORTELLO_SECRET_KEY")
    if given:
        return given
    return _kept("secret_key")


def _kept(name: str) -> str:
    """A secret of this home, made by chance the first time."""
    path = keys() / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first: its key is the key
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def metrics_token() -> str:
    """Who brings it may read the figures: from the environment, else a file made at first use (mode 0600)."""
    return os.environ.get("SPORTELLO_METRICS_TOKEN") or _kept("metrics_token")


def database_url() -> str:
    """Where the database is: `DATABASE_URL`, else what the supervisor says or wrote when it started its own.

    Returns an empty string when none is there: commands that need no database still work.
    """
    given = os.environ.get("DATABASE_URL") or os.environ.get(OWN_DATABASE)
    if given:
        return given
    try:
        return (home() / "run" / "database.url").read_text().strip()
    except OSError:
        return ""


def database_is_given() -> bool:
    """Whether the database is one of a server of theirs, which other hosts may use too: not the supervisor's own."""
    return bool(os.environ.get("DATABASE_URL"))


def use_session_database() -> None:
    """From here on the database is reached where a connection stays one and the same: `SPORTELLO_SESSION_DATABASE_URL`.

    For what holds a lock of its session while it works (worker, migrations) or speaks with PostgreSQL's own programs
    (backup); needed where `DATABASE_URL` is a pooler in transaction mode.
    """
    given = os.environ.get("SPORTELLO_SESSION_DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given


def blobs() -> str:
    """Where files lie: `SPORTELLO_BLOBS`, a folder or `s3://bucket/prefix?endpoint=…` (foundation/files/bucket.py),
    else the home's own folder."""
    return os.environ.get("SPORTELLO_BLOBS", "") or str(home() / "blobs")


def sign_in_providers() -> list[dict[str, Any]]:
    """OpenID Connect providers people may sign in with: `keys/sign-in.json` (mode 0600, it holds their secrets).

    Each as allauth takes it: provider_id, name, client_id, secret, settings. None when the file is missing; a file
    that cannot be read stops nothing else, signing in with a password least of all.
    """
    try:
        found = json.loads(sign_in_file().read_text())
    except (OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def sign_in_file() -> Path:
    """Where `sportello oidc` keeps the providers."""
    return keys() / "sign-in.json"
