"""`text/plain; format=flowed` (RFC 3676): lines that end with a space go on in the next one."""

from __future__ import annotations

_DELIMITER = "-- "  # ends with a space and yet never flows (section 4.3)


def unflow(text: str, *, delete_space: bool) -> str:
    """Paragraphs on one line each; quote marks are kept, written as `> `."""
    out: list[str] = []
    waiting: list[str] = []
    waiting_depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")  # space-stuffing
        if waiting and (depth != waiting_depth or content == _DELIMITER):
            out.append(_quoted("".join(waiting).rstrip(" "), waiting_depth))
            waiting = []
        if content.endswith(" ") and content != _DELIMITER:
            waiting.append(content[:-1] if delete_space else content)
            waiting_depth = depth
        else:
            out.append(_quoted("".join(waiting) + content, depth))
            waiting = []
    if waiting:
        out.append(_quoted("".join(waiting).rstrip(" "), waiting_depth))
    return "\n".join(out)


def _quoted(line: str, depth: int) -> str:
    return f"{'>' * depth} {line}" if depth else line
