"""The needs of some days, drawn from a seed: who, what, when, by which door. Pure: the same seed, the same needs."""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sportello.config.day import stories
from sportello.config.day.stories import Story

#: New needs on a working day, per organisation, and questions nobody gives a name to.
PER_DAY = {"roccaserena": 4, "lanaelino": 3}
QUESTIONS = {"roccaserena": 4, "lanaelino": 0}
STORIES = {"roccaserena": stories.TOWN, "lanaelino": stories.SHOP}
_HOURS = {"roccaserena": (7, 22), "lanaelino": (8, 23)}


@dataclass(frozen=True)
class Need:
    """One person's need. `waits` are the hours an operator takes before each of the story's steps."""

    slug: str
    at: datetime
    story: Story
    name: str
    address: str
    phone: str
    channel: str
    subject: str
    text: str
    waits: tuple[float, ...]
    #: The customer answers a question after so many hours, or never (0).
    back_after: float
    #: Says afterwards that it is solved.
    confirms: bool


@dataclass(frozen=True)
class Question:
    """A question at the counter or on the phone, answered on the spot, without a name."""

    slug: str
    at: datetime
    channel: str


def draw(seed: int, first: date, days: int, zone: ZoneInfo, times: int = 1) -> list[Need | Question]:
    """Needs and questions of `days` days from `first`, in order of time; `times` as many as usual."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    drawn: list[Need | Question] = []
    for number in range(days):
        day = first + timedelta(days=number)
        for slug, per_day in PER_DAY.items():
            many = times * (per_day if day.weekday() < 5 else 1)
            drawn += [_need(chance, slug, day, zone) for _ in range(chance.randint(max(0, many - 2), many + 1))]
        if day.weekday() < 5:
            for slug, many in QUESTIONS.items():
                drawn += [
                    Question(slug, _moment(chance, day, zone, (9, 13)), chance.choice(("counter", "counter", "phone")))
                    for _ in range(chance.randint(0, many * 2 * times))
                ]
    return sorted(drawn, key=lambda one: (one.at, one.slug))


def _moment(chance: random.Random, day: date, zone: ZoneInfo, hours: tuple[int, int]) -> datetime:
    return datetime.combine(day, time(chance.randrange(*hours), chance.randrange(60), chance.randrange(60)), zone)


def _need(chance: random.Random, slug: str, day: date, zone: ZoneInfo) -> Need:
    story = chance.choice(STORIES[slug])
    name = chance.choice([one for one, language in stories.CUSTOMERS if language == story.language])
    parts = {
        "street": chance.choice(stories.STREETS),
        "child": chance.choice(stories.CHILDREN),
        "order": f"LL-{chance.randrange(10000, 99999)}",
        "product": chance.choice(stories.PRODUCTS),
    }
    channel = chance.choice(story.channels)
    hours = (9, 13) if channel in ("counter", "phone") else _HOURS[slug]
    return Need(
        slug=slug,
        at=_moment(chance, day, zone, hours),
        story=story,
        name=name,
        address=address_of(name),
        phone=phone_of(name),
        channel=channel,
        subject=story.subject.format(**parts),
        text=story.text.format(**parts),
        waits=tuple(chance.choice((0.5, 2, 5, 20, 26, 50, 90)) for _ in story.steps),
        back_after=chance.choice((2, 8, 30, 0)),
        confirms=chance.random() < 0.3,
    )


def address_of(name: str) -> str:
    """The invented customer's address, always the same for a name."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall(r"[a-z]+", plain))[:50] + "@posta.example"


def phone_of(name: str) -> str:
    """The invented customer's phone, always the same for a name."""
    return f"+39 333 {zlib.crc32(name.encode()) % 9000000 + 1000000}"
