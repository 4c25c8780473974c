"""Every address of the product, and every live topic, as the running configuration has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from sportello.config import topics

from .permissions import LINES, TOPICS, Line, TopicLine


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]


def walk(patterns: Iterable[URLPattern | URLResolver], route: str = "", space: str = "",
         outer: tuple[str, ...] = ()) -> Iterator[Address]:
    """Down to every view, whoever brought it: ours and allauth's alike."""
    for one in patterns:
        here = route + str(one.pattern)
        arguments = (*outer, *(one.pattern.converters or _groups(one)))
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from walk(one.url_patterns, here, inner, arguments)
        else:
            yield Address(f"{space}{one.name or ''}", here, arguments, one.callback)


def _groups(one: URLPattern | URLResolver) -> Iterable[str]:
    """Named groups of a pattern written as a regular expression."""
    return one.pattern.regex.groupindex


def product() -> list[Address]:
    return list(walk(get_resolver("sportello.config.urls").url_patterns))


@lru_cache(maxsize=1)
def addresses() -> dict[str, tuple[str, ...]]:
    """Name → the arguments it takes."""
    return {one.name: one.arguments for one in product()}


@lru_cache(maxsize=1)
def guards() -> dict[str, str]:
    """Name → the guard its view carries; those of the desk carry one each."""
    return {one.name: str(getattr(one.view, "guard", "")) for one in product()}


def untold_addresses(found: Iterable[Address], lines: Iterable[Line] = LINES) -> list[str]:
    """What is wrong between addresses and table, each as a sentence that says what to do."""
    said: list[str] = []
    names: dict[str, str] = {}
    known = [line.name for line in lines]
    for one in found:
        bare = one.name.rsplit(":", 1)[-1]
        if not bare:
            said.append(f"/{one.route} has no name: give its path() one, then a Line in permissions.py")
        elif one.name in names:
            said.append(f"/{one.route} and /{names[one.name]} share the name “{one.name}”: give each its own, and its own Line")
        elif one.name not in known:
            said.append(f"/{one.route} is in no line of the permission table: add Line(\"{one.name}\", GET or POST or "
                        "GET_POST, who gets in) to LINES in permissions.py")
        names[one.name] = one.route
    said += [f"Line(\"{name}\") has no address any more: take it out of permissions.py, or name its address so"
             for name in known if name not in names]
    said += [f"Line(\"{name}\") stands twice in permissions.py: leave one" for name in sorted(set(known)) if known.count(name) > 1]
    return said


def untold_topics(patterns: Iterable[Any], lines: Iterable[TopicLine] = TOPICS) -> list[str]:
    """The same for live topics; `patterns`: compiled expressions of their names."""
    examples = {line.example: line.example.format(slug="borgo", number="2026-0000001") for line in lines}
    found = list(patterns)
    said = [
        f"the live topic {pattern.pattern} is in no line of the permission table: add TopicLine(\"a name of it\", who "
        "may hear it) to TOPICS in permissions.py"
        for pattern in found if not any(pattern.fullmatch(name) for name in examples.values())
    ]
    said += [
        f"TopicLine(\"{example}\") is no topic of sportello/config/topics.py any more: take it out of permissions.py"
        for example, name in examples.items() if not any(pattern.fullmatch(name) for pattern in found)
    ]
    return said


def topic_patterns() -> list[Any]:
    return [topic.pattern for topic in topics.page().topics]
