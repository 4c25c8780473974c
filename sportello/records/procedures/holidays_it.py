"""Italian holidays by year. Pure.

National holidays (L. 260/1949 as amended by L. 54/1977, DPR 792/1985, L. 336/2000, L. 151/2025): twelve
days and every Sunday; 4 October again from 2026. The dates come from the `holidays` package, which also
knows earlier years, Whit Monday in South Tyrol and the patron saints of the provincial capitals. Easter
Sunday and the National Unity Day (first Sunday of November) are left out: being Sundays they close nothing
more. Plain Sundays are not listed. A patron saint closes the offices of one municipality and is no holiday
of the State: it has its own function.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

#: The package falls back to English without a word when a language code is not its own ("it" is not).
_LANGUAGES: Final = {"it": "it_IT", "en": "en_US"}
#: Listed by the package, always on a Sunday, as it writes them in both languages.
_SUNDAYS_ONLY: Final = frozenset(
    {"Easter Sunday", "Pasqua", "National Unity Day", "Giorno dell'unità nazionale"}
)
FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2299


@lru_cache(maxsize=1024)
def national_holidays(year: int, language: str = "it") -> Mapping[date, str]:
    """The national holidays of `year` other than plain Sundays, named in `language` ("it" or "en").

    Empty before 1950 and after 2299. Raises KeyError for another language.
    """
    return MappingProxyType(_listed(year, "", _LANGUAGES[language]))


@lru_cache(maxsize=1024)
def local_holidays(year: int, province: str, language: str = "it") -> Mapping[date, str]:
    """What `province` ("MI", "BZ", …) adds to the national ones: the capital's patron, Whit Monday in BZ.

    For opening hours and house service levels; it does not move a statutory term. Raises ValueError for an
    unknown province.
    """
    if province not in provinces():
        raise ValueError(f"“{province}” is not an Italian province with known holidays.")
    nation = national_holidays(year, language)
    return MappingProxyType({day: name for day, name in _listed(year, province, _LANGUAGES[language]).items()
                             if day not in nation})


@lru_cache(maxsize=1)
def provinces() -> frozenset[str]:
    """The provinces and towns whose local holidays are known."""
    import holidays  # here: what most processes never use is not in their memory

    return frozenset(str(code) for code in holidays.country_holidays("IT").subdivisions)


def _listed(year: int, province: str, language: str) -> dict[date, str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    import holidays  # here: what most processes never use is not in their memory

    listed = holidays.country_holidays("IT", subdiv=province or None, years=year, language=language)
    days: dict[date, str] = {}
    for day in sorted(listed):
        names = [str(name) for name in listed.get_list(day) if name not in _SUNDAYS_ONLY]
        if names:
            days[day] = "; ".join(names)
    return days
