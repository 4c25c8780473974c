"""The servers behind an address: a table of the usual providers, then what the domain itself tells (RFC 6186 and
RFC 8314 service records, and whose mail exchanger it has). Where DNS is missing the administrator writes them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dns.resolver

#: Seconds for one question and for all: somebody waits at a form.
ONE = 1.5
ALL = 5.0


@dataclass(frozen=True)
class Found:
    """What to fill the form with. `by`: table, srv, mx, or empty when nothing is known."""

    by: str = ""
    provider: str = ""
    imap_host: str = ""
    imap_port: int = 993
    pop3_host: str = ""
    pop3_port: int = 995
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: str = "tls"
    security: str = "tls"
    proof: str = "password"
    token_url: str = ""
    scope: str = ""
    trusted_host: str = ""
    is_pec: bool = False


def _provider(name: str, imap: str, pop3: str, smtp: str, *, port: int = 465, pec: bool = False) -> Found:
    return Found("table", name, imap, 993, pop3, 995, smtp, port, "tls" if port == 465 else "starttls", is_pec=pec)


_ARUBA = _provider("Aruba", "imaps.aruba.it", "pop3s.aruba.it", "smtps.aruba.it")
_ARUBA_PEC = _provider("Aruba PEC", "imaps.pec.aruba.it", "pop3s.pec.aruba.it", "smtps.pec.aruba.it", pec=True)
_LEGALMAIL = _provider(
    "Legalmail (InfoCert)", "mbox.cert.legalmail.it", "mbox.cert.legalmail.it", "sendm.cert.legalmail.it", pec=True
)
_NAMIRIAL = _provider(
    "Namirial PEC", "imaps.sicurezzapostale.it", "pops.sicurezzapostale.it", "smtps.sicurezzapostale.it", pec=True
)
_POSTECERT = _provider("Postecert", "mail.postecert.it", "mail.postecert.it", "mail.postecert.it", pec=True)
_REGISTER = _provider("Register", "imap.register.it", "pop.register.it", "authsmtp.register.it")
_REGISTER_PEC = _provider(
    "Register PEC", "server.pec-email.com", "server.pec-email.com", "server.pec-email.com", pec=True
)
_POSTE = _provider("Poste", "imap.poste.it", "pop.poste.it", "relay.poste.it")
_LIBERO = _provider("Libero", "imapmail.libero.it", "popmail.libero.it", "smtp.libero.it")
_VIRGILIO = _provider("Virgilio", "in.virgilio.it", "in.virgilio.it", "out.virgilio.it")
_TIM = _provider("TIM", "imap.tim.it", "pop.tim.it", "smtp.tim.it")
_ALICE = _provider("TIM (alice.it)", "in.alice.it", "in.alice.it", "out.alice.it")
_MICROSOFT = replace(
    _provider("Microsoft 365", "outlook.office365.com", "outlook.office365.com", "smtp.office365.com", port=587),
    proof="oauth2",
    token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - an address
    scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
)
_GOOGLE = replace(
    _provider("Google", "imap.gmail.com", "pop.gmail.com", "smtp.gmail.com"),
    proof="oauth2",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    scope="https://mail.google.com/",
    trusted_host="mx.google.com",
)

#: Domain of the address → provider; the longest ending wins.
DOMAINS: dict[str, Found] = {
    "aruba.it": _ARUBA,
    "pec.aruba.it": _ARUBA_PEC,
    "arubapec.it": _ARUBA_PEC,
    "pec.it": _ARUBA_PEC,
    "legalmail.it": _LEGALMAIL,
    "cert.legalmail.it": _LEGALMAIL,
    "sicurezzapostale.it": _NAMIRIAL,
    "postecert.it": _POSTECERT,
    "register.it": _REGISTER,
    "pec-email.com": _REGISTER_PEC,
    "poste.it": _POSTE,
    "libero.it": _LIBERO,
    "virgilio.it": _VIRGILIO,
    "tim.it": _TIM,
    "alice.it": _ALICE,
    "tin.it": _ALICE,
    "outlook.com": _MICROSOFT,
    "outlook.it": _MICROSOFT,
    "hotmail.com": _MICROSOFT,
    "hotmail.it": _MICROSOFT,
    "live.it": _MICROSOFT,
    "onmicrosoft.com": _MICROSOFT,
    "gmail.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
}
#: Ending of a mail exchanger → provider.
EXCHANGERS: dict[str, Found] = {
    "protection.outlook.com": _MICROSOFT,
    "mx.microsoft": _MICROSOFT,
    "google.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "pec.aruba.it": _ARUBA_PEC,
    "aruba.it": _ARUBA,
    "legalmail.it": _LEGALMAIL,
    "sicurezzapostale.it": _NAMIRIAL,
    "postecert.it": _POSTECERT,
    "pec-email.com": _REGISTER_PEC,
    "register.it": _REGISTER,
}


def servers_of(address: str, *, resolver: dns.resolver.Resolver | None = None) -> Found:
    """What is known of the servers of `address`; an empty `Found` when nothing is. Never raises, never longer than
    ALL seconds."""
    domain = address.strip().rpartition("@")[2].lower().rstrip(".")
    if not domain:
        return Found()
    known = _ending(domain, DOMAINS)
    if known is not None:
        return known
    import dns.exception  # here: what most processes never use is not in their memory
    import dns.resolver

    deadline = time.monotonic() + ALL
    try:
        asks = resolver or dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):  # no resolver is configured on this machine
        return Found()
    return _by_records(asks, domain, deadline) or _by_exchanger(asks, domain, deadline) or Found()


def _ending(name: str, table: dict[str, Found]) -> Found | None:
    labels = name.rstrip(".").split(".")
    endings = (".".join(labels[place:]) for place in range(len(labels)))
    return next((table[ending] for ending in endings if ending in table), None)


def _by_records(asks: dns.resolver.Resolver, domain: str, deadline: float) -> Found | None:
    imap = _service(asks, f"_imaps._tcp.{domain}", deadline)
    plain = None if imap else _service(asks, f"_imap._tcp.{domain}", deadline)
    pop3 = _service(asks, f"_pop3s._tcp.{domain}", deadline)
    if not (imap or plain or pop3):
        return None
    smtps = _service(asks, f"_submissions._tcp.{domain}", deadline)
    smtp = smtps or _service(asks, f"_submission._tcp.{domain}", deadline)
    read = imap or plain or ("", 993)
    return Found(
        "srv", "", read[0], read[1], *(pop3 or ("", 995)), *(smtp or ("", 465)),
        smtp_security="tls" if smtps or not smtp else "starttls", security="tls" if imap or pop3 else "starttls",
    )  # fmt: skip


def _by_exchanger(asks: dns.resolver.Resolver, domain: str, deadline: float) -> Found | None:
    for name in _names(asks, domain, "MX", deadline):
        found = _ending(name.lower(), EXCHANGERS)
        if found is not None:
            return replace(found, by="mx")
    return None


def _service(asks: dns.resolver.Resolver, name: str, deadline: float) -> tuple[str, int] | None:
    """Host and port; a target of "." says the service is not offered (RFC 6186 section 3.4)."""
    rows = sorted(_answers(asks, name, "SRV", deadline), key=lambda row: (row.priority, -row.weight))
    targets = ((str(row.target).rstrip("."), int(row.port)) for row in rows)
    return next((target for target in targets if target[0]), None)


def _names(asks: dns.resolver.Resolver, name: str, sort: str, deadline: float) -> list[str]:
    rows = sorted(_answers(asks, name, sort, deadline), key=lambda row: row.preference)
    return [str(row.exchange).rstrip(".") for row in rows]


def _answers(asks: dns.resolver.Resolver, name: str, sort: str, deadline: float) -> Iterable[Any]:
    import dns.exception  # here: what most processes never use is not in their memory

    left = min(ONE, deadline - time.monotonic())
    if left <= 0:
        return ()
    try:
        return tuple(asks.resolve(name, sort, lifetime=left, search=False))
    except (dns.exception.DNSException, OSError, ValueError):
        return ()
