"""Codes and tokens made by chance."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

#: No vowels, no signs that look alike: a code can be read on the phone and is never a word.
READABLE = "23456789BCDFGHJKLMNPQRSTVWXZ"


def access_code() -> str:
    """Twelve readable signs in threes of four, `BCDF-2345-GHJK`: 57 bits, typed by people."""
    signs = [secrets.choice(READABLE) for _ in range(12)]
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))


def normal_code(typed: str) -> str:
    """What a person typed, as `access_code` writes it; other signs are dropped."""
    signs = [sign for sign in typed.upper() if sign in READABLE]
    return "-".join("".join(signs[start : start + 4]) for start in range(0, len(signs), 4))


def token() -> str:
    """Twenty-four signs of base32, lower case (120 bits): safe in addresses, mail local parts, file names."""
    return base64.b32encode(secrets.token_bytes(15)).decode("ascii").lower()


def digest(secret: str) -> str:
    """SHA-256 of a code or token with enough chance in it; what is stored instead of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Whether `secret` is the one `digest` was taken of, in constant time."""
    return hmac.compare_digest(digest(secret), stored)
