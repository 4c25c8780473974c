"""`sportello status`: what is there and how it is doing, for people and for programs."""

from __future__ import annotations

import argparse
import json
from typing import Any

HELP = "say how this installation is doing"


def arguments(parser: argparse.ArgumentParser) -> None:
    """--json: one object on standard output."""
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 when the database answers, else 1 (the JSON is printed all the same)."""
    from sportello.config import status

    found = status.collect()
    if args.json:
        print(json.dumps(found, indent=2, sort_keys=True, default=str))
    else:
        for line in _lines(found):
            print(line)
    return 0 if found["database"] == "up" else 1


def _lines(found: dict[str, Any], indent: str = "") -> list[str]:
    lines: list[str] = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}:", *_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines += [f"{indent}{name}:"]
            lines += [f"{indent}  {'  '.join(str(part) for part in row.values())}" for row in value]
        else:
            lines.append(f"{indent}{name}: {value}")
    return lines
