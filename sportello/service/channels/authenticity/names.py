"""The DNS as `mailkit.spf.Names` asks it, through the machine's own resolver. Only here is it spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dns.resolver

from sportello.service.channels.mailkit.spf import TemporaryTrouble

#: Seconds for one question, all servers and repeats together.
LIMIT = 4.0


class Dns:
    """Questions to `resolver`; None: the servers of the machine's own settings."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        import dns.resolver  # here: what most processes never use is not in their memory

        self.resolver = resolver or dns.resolver.Resolver()
        self.resolver.cache = self.resolver.cache or dns.resolver.LRUCache(5_000)

    def txt(self, name: str) -> list[str]:
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        return [str(one.address) for sort in ("A", "AAAA") for one in self._ask(name, sort)]

    def mx(self, name: str) -> list[str]:
        found = sorted(self._ask(name, "MX"), key=lambda one: (one.preference, str(one.exchange)))
        return [str(one.exchange).rstrip(".") for one in found]

    def _ask(self, name: str, sort: str) -> list[Any]:
        import dns.exception  # here: what most processes never use is not in their memory
        import dns.resolver

        try:
            return list(self.resolver.resolve(name, sort, lifetime=LIMIT, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.SyntaxError, dns.exception.FormError, UnicodeError):
            return []  # no name at all
        except dns.exception.DNSException as error:
            raise TemporaryTrouble(type(error).__name__) from error
