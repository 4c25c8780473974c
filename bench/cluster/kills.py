"""The story: a primary dies ten times, a web host loses its cable, a member of etcd dies; then all is counted."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .hosts import World, until
from .load import Load
from .net import make_bridge

#: How a primary goes, in turn.
WAYS = ("killed", "cut off", "postgres killed", "killed", "cut off")
BACK = 150.0


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


@dataclass(frozen=True)
class Story:
    """What happens: so many kills, counted from `first`, and what else (`web`, `etcd`)."""

    kills: int
    first: int
    also: list[str]
    seed: int


def play(folder: Path, story: Story, keep: Path | None) -> dict[str, Any]:
    make_bridge()
    world = World(folder)
    try:
        world.up(say)
        return _under_load(world, story, random.Random(story.seed))
    except BaseException:
        print(world.logs(), flush=True)
        raise
    finally:
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("var-lib-*", "run-*"))


def _under_load(world: World, story: Story, chance: random.Random) -> dict[str, Any]:
    load = Load(tuple(one.address for one in world.web))
    load.begin()
    for _ in range(40):
        time.sleep(5)
        if len(load.taken()) > 20 and load.writers[0].taken and load.writers[1].taken:
            break
        say(load.told())
    began = time.monotonic()
    figures: dict[str, Any] = {"failovers": []}
    for number in range(story.first, story.first + story.kills):
        time.sleep(chance.uniform(3, 8))
        figures["failovers"].append({"number": number, **_kill_primary(world, load, WAYS[(number - 1) % len(WAYS)])})
        say(str(figures["failovers"][-1]))
    for name, what in (("web", _cut_web), ("etcd", _kill_etcd)):
        if name in story.also:
            figures[name] = what(world, load)
            say(f"{name}: {figures[name]}")
    time.sleep(3)
    load.end()
    figures["seconds"] = round(time.monotonic() - began, 1)
    figures["mails"] = sum(len(one.taken) for one in load.mailers)
    figures["forms"] = sum(len(one.taken) for one in load.writers)
    figures["mails refused, then taken"] = sum(one.refused for one in load.mailers)
    figures["forms refused"] = sum(one.refused for one in load.writers)
    figures |= _count(world, load)
    say(str({name: value for name, value in figures.items() if name != "failovers"}))
    return figures


# What goes wrong ------------------------------


def _kill_primary(world: World, load: Load, way: str) -> dict[str, Any]:
    """Once: how, and how long until mail is taken again and the pages of each host serve again."""
    primary = until(world.primary, "a primary")
    name, at = primary.name, time.monotonic()
    if way == "killed":
        primary.kill(sparing="etcd")
    elif way == "cut off":
        primary.cut()
    else:
        primary.kill(only="postgres")
    new = until(lambda: next((one for one in world.databases if one.name != name and one.role() == "primary"), None)
                or (way == "postgres killed" and time.monotonic() - at > 60 and world.primary()), "a new primary", BACK)
    promoted = time.monotonic() - at
    mail = until(lambda: load.mail_again(at + 0.5), "mail to be taken again", BACK)
    pages = [until(lambda host=host: load.page_again(at + 0.5, host), f"pages of {host}", BACK) for host in load.hosts]
    silence = load.silence(at, time.monotonic())
    if way == "killed":
        primary.programs["patroni"].wait()
        primary.start_patroni()
    elif way == "cut off":
        primary.join()
    until(world.whole, f"{name} to be back", BACK)
    return {
        "way": way, "was": name, "is": new.name, "new primary s": round(promoted, 1), "mail again s": round(mail, 1),
        "pages again s": [round(one, 1) for one in pages], "longest without a mail s": round(silence, 1),
        "whole again s": round(time.monotonic() - at, 1),
    }  # fmt: skip


def _cut_web(world: World, load: Load) -> dict[str, Any]:
    """A web host without network for twenty seconds: the other serves, and this one does again by itself."""
    host, other = world.web[1], world.web[0]
    at = time.monotonic()
    host.cut()
    time.sleep(20)
    meanwhile = sum(1 for began, _ended in load.taken(other.address) if began > at)
    host.join()
    back = time.monotonic()
    page = until(lambda: load.page_again(back, host.address), "its pages", BACK)
    mail = until(lambda: load.mail_again(back, host.address), "its mail", BACK)
    return {"taken by the other meanwhile": meanwhile, "its pages again s": round(page, 1),
            "its mail again s": round(mail, 1), "longest without a mail s": round(load.silence(at, back), 1)}


def _kill_etcd(world: World, load: Load) -> dict[str, Any]:
    """One of three, on the primary's host: nothing may happen."""
    primary = until(world.primary, "a primary")
    at = time.monotonic()
    primary.kill(only="etcd")
    time.sleep(30)
    after = until(world.primary, "a primary")
    primary.programs["etcd"].wait()
    primary.start_etcd()
    return {"primary before": primary.name, "primary after": after.name,
            "longest without a mail s": round(load.silence(at, time.monotonic()), 1)}  # fmt: skip


# What is there afterwards ------------------------------


def _count(world: World, load: Load) -> dict[str, Any]:
    """Every acknowledged word once, everything answered, nothing left over."""
    until(lambda: world.ask(
        "SELECT (SELECT count(*) FROM channels_incomingmail WHERE state = 'pending')"
        " + (SELECT count(*) FROM channels_dispatch WHERE state IN ('queued', 'sending', 'in_doubt'))")[0][0] == 0,
        "everything to be read and to leave", 900)  # fmt: skip
    texts = [text for (text,) in world.ask("SELECT text FROM tickets_message WHERE direction = 'in'")]
    found: Counter[str] = Counter()
    for text in texts:
        found.update(word for word in (_word(text),) if word)
    words = load.words()
    faults = [f"{word} is there {found[word]} times" for word in words if found[word] != 1]
    faults += [f"{word} is there {many} times" for word, many in found.items() if many > 1 and word not in words]
    one = {name: int(world.ask(sql)[0][0]) for name, sql in _SUMS.items()}
    if not one["tickets"] == one["receipts"] == one["dispatches"] == one["sent"] == one["in the tray"]:
        faults.append(f"receipts do not add up: {one}")
    for name in ("quarantined", "notices not given", "numbers twice", "parked"):
        if one[name]:
            faults.append(f"{name}: {one[name]}")
    if len(words) < 100:
        faults.append(f"too little was sent to prove anything: {len(words)}")
    others = [subject for (subject,) in world.ask(_OTHER_LETTERS)]
    faults += [f"a letter of no message: {subject}" for subject in others if not subject.startswith(_ALARM)]
    return {"words acknowledged": len(words), "texts": len(texts), "sums": one, "files": len(world.store.objects()),
            "letters of our own": others, "faults": faults}  # fmt: skip


#: What the installation writes by itself: alarms, to whoever runs it.
_OTHER_LETTERS = "SELECT subject FROM channels_outtraymail WHERE rfc_id NOT IN (SELECT rfc_id FROM tickets_message)"
_ALARM = "Sportello: "
_SUMS = {
    "tickets": "SELECT count(*) FROM tickets_ticket",
    "receipts": "SELECT count(*) FROM tickets_message WHERE notice_moment = 'receipt'",
    "dispatches": "SELECT count(*) FROM channels_dispatch",
    "sent": "SELECT count(*) FROM channels_dispatch WHERE state = 'sent'",
    "in the tray": "SELECT count(*) FROM channels_outtraymail WHERE rfc_id IN (SELECT rfc_id FROM tickets_message)",
    "duplicates set aside": "SELECT count(*) FROM channels_incomingmail WHERE state = 'duplicate'",
    "quarantined": "SELECT count(*) FROM channels_incomingmail WHERE state = 'quarantined'",
    "notices not given": "SELECT count(*) FROM tickets_notice WHERE state <> 'given'",
    "numbers twice": "SELECT count(*) - count(DISTINCT (organisation_id, number)) FROM tickets_ticket",
    "parked": "SELECT count(*) FROM journal_parkedevent",
    "read by several workers": "SELECT count(*) FROM channels_incomingmail WHERE state = 'ticketed'",
}


def _word(text: str) -> str:
    """`parola…x12x` or `modulo…x3x`, if the text says one."""
    _before, said, rest = text.partition("parola è ")
    return rest.split(".", 1)[0].strip() if said else ""
