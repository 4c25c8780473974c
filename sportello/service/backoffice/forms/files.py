"""A form as a YAML file, out and in. A file is read as anybody's: size and depth bounded, no aliases."""

from __future__ import annotations

from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from .definition import Definition, FormFault, read

MOST_BYTES: Final = 300_000
_MOST_FORMS: Final = 50


class _Loader(yaml.SafeLoader):
    """Safe, without aliases, and with days left as text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not taken")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    # "yes" and "no" are answers here, and a day is text
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_BOOLEANS: Final = {"true": True, "false": False}


def write(forms: list[Definition]) -> str:
    """YAML that `read_file` reads back to equal definitions."""
    data = {"forms": [one.to_data() for one in forms]}
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110))


def read_file(content: bytes) -> list[Definition]:
    """The forms in a file. Raises FormFault with every problem, each under the form's code."""
    if len(content) > MOST_BYTES:
        raise FormFault([_("A file of forms has at most %(most)d kB.") % {"most": MOST_BYTES // 1000}])
    try:
        data = yaml.load(content.decode("utf-8-sig"), _Loader)  # noqa: S506 - made from the safe one
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = str(error).splitlines()[0][:200]
        raise FormFault([_("This is not YAML we can read: %(why)s") % {"why": why}]) from None
    rows = data.get("forms") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_FORMS:
        raise FormFault([_("A file of forms has a list called “forms”, with 1 to %(most)d of them.")
                         % {"most": _MOST_FORMS}])  # fmt: skip
    found: list[Definition] = []
    problems: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(read(_truths(row)))
        except FormFault as fault:
            name = row.get("code", number) if isinstance(row, dict) else number
            problems += [f"{name}: {one}" for one in fault.problems]
    if problems:
        raise FormFault(problems)
    return found


def _truths(value: Any, key: str = "") -> Any:
    """`required: true` is a truth value; everywhere else such a word is a text."""
    if isinstance(value, dict):
        return {str(name): _truths(one, str(name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_truths(one) for one in value]
    return _BOOLEANS.get(value.lower(), value) if key == "required" and isinstance(value, str) else value
