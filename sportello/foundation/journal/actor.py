"""Who did it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`kind` is person (id of the user), customer (id of the customer, None when anonymous), machine (a door or
    a program outside) or system (Sportello by itself)."""

    kind: str
    id: int | None = None


SYSTEM = Actor("system")
MACHINE = Actor("machine")


def person(user_id: int) -> Actor:
    return Actor("person", user_id)


def customer(customer_id: int | None) -> Actor:
    return Actor("customer", customer_id)
