"""Whom a message is from: what one host says, what the DNS says, and that neither ever costs a message."""

from __future__ import annotations

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client

from sportello.foundation.tenancy import clock
from sportello.service.channels import intake
from sportello.service.channels.authenticity import keeping
from sportello.service.channels.authenticity.verifying import Way, verify
from sportello.service.channels.email.addresses import mailbox_for
from sportello.service.channels.email.taking import Addressed, Peer, take
from sportello.service.channels.mailkit.authenticity import from_json
from sportello.service.channels.models import BlockedSender, Collector, IncomingMail
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, adds_up, arrive, letter, ticket_of
from tests.zone import Zone

pytestmark = pytest.mark.django_db
PASSED = "mx.ente.example; dkim=pass header.d=example.org; spf=none; dmarc=pass header.from=example.org"
FAILED = "mx.ente.example; dkim=none; spf=fail smtp.mailfrom=evil.test; dmarc=fail (p=reject) header.from=example.org"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


def signed(raw: bytes, key: rsa.RSAPrivateKey, domain: str = "example.org") -> bytes:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return dkim.sign(raw, b"s1", domain.encode(), pem, include_headers=[b"from", b"to", b"subject"]) + raw


def zone(key: rsa.RSAPrivateKey, *, policy: str = "v=DMARC1; p=reject", silent: bool = False) -> Zone:
    import base64

    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Zone(
        txt={
            "s1._domainkey.example.org": [f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"],
            "_dmarc.example.org": ["something else", policy],
            "example.org": ["v=spf1 ip4:198.51.100.0/24 -all"],
        },
        silent=silent,
    )


def results(raw: bytes, way: Way, names: Zone) -> tuple[str, str, str]:
    found = verify(raw, way, names)
    return found.dkim.result, found.spf.result, found.dmarc.result


def test_our_own_check_of_signature_way_and_policy(key: rsa.RSAPrivateKey) -> None:
    here, own, stranger = zone(key), Way("198.51.100.9", "mail.example.org", "maria@example.org"), Way("203.0.113.4", "x")
    raw = signed(letter(), key)
    assert results(raw, own, here) == ("pass", "pass", "pass")
    # forwarded: the way is another one, the signature holds
    assert results(raw, stranger, here) == ("pass", "none", "pass")
    assert results(raw.replace(b"orari", b"soldi"), stranger, here) == ("fail", "none", "fail")
    assert results(letter(), Way("203.0.113.4", "x", "maria@example.org"), here) == ("none", "fail", "fail")
    # somebody else's good signature says nothing of this author
    assert results(letter(sender="Banca <info@example.org>"), Way(), here) == ("none", "", "fail")
    assert results(signed(letter(), key, "evil.test"), Way(), here)[2] == "fail"
    assert results(letter(), own, zone(key, policy="v=other"))[2] == "none"


def test_a_signature_that_counts_bytes_is_no_proof_of_what_follows(key: rsa.RSAPrivateKey) -> None:
    raw = letter()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    cut = dkim.sign(raw, b"s1", b"example.org", pem, length=True) + raw + b"e altro\r\n"
    assert verify(cut, Way(), zone(key)).dkim.said == "not_said"


@pytest.mark.parametrize(
    "field", ["", "v=1", "v=1; a=rsa-sha256; d=; s=; h=; b=; bh=", "v=1; a=x; d=example.org; s=s1; h=from; b=!; bh=!", "\x00"]
)
def test_broken_signatures_never_raise(field: str, key: rsa.RSAPrivateKey) -> None:
    raw = f"DKIM-Signature: {field}\r\n".encode() + letter()
    assert verify(raw, Way("203.0.113.4", "\x00", "@@"), zone(key)).dkim.said in ("failed", "not_said")
    assert verify(b"", Way(), zone(key)).verdict == "not_said"
    assert verify(b"From nobody\n\xff\xfe\x00", Way(), zone(key)).verdict == "not_said"


def believe(host: str = "mx.ente.example") -> None:
    mailbox = mailbox_for(URP)
    assert mailbox is not None
    Collector.objects.create(organisation=mailbox.organisation, mailbox=mailbox, host="imap.test", user="x",
                             trusted_host=host, began_at=clock.server_now())  # fmt: skip


def test_the_named_host_is_believed_and_a_failure_loses_nothing(cast: Cast) -> None:
    believe()
    good = arrive(letter(Authentication_Results=PASSED))
    bad = arrive(letter(subject="Fattura", Authentication_Results=FAILED))
    forged = arrive(letter(subject="Altro", Authentication_Results=PASSED.replace("mx.ente", "mx.altro")))
    assert [from_json(one.authenticity).verdict for one in (good, bad, forged)] == ["passed", "failed", "not_said"]
    assert adds_up() == {"ticketed": 3}
    assert ticket_of(bad).subject == "Fattura"


def test_the_message_says_it_in_plain_words(cast: Cast) -> None:
    believe()
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(cast.users["Anna"])
    seen = {}
    for said, value in {"passed": PASSED, "failed": FAILED, "": "x.example; none"}.items():
        ticket = ticket_of(arrive(letter(subject=f"S{said}", Authentication_Results=value)))
        seen[said] = client.get(f"/desk/borgo/tickets/{ticket.number}/").content.decode()
    assert "The sender is who it says: example.org" in seen["passed"]
    assert "It may not come from who it says" in seen["failed"]
    assert "SPF: failed (evil.test)" in seen["failed"]
    assert "Nobody checked the sender" in seen[""]
    assert "It may not come" not in seen["passed"] + seen[""]


def test_a_supervisor_blocks_from_the_message_and_takes_it_back(cast: Cast) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    ticket = ticket_of(arrive(letter()))
    page, verb = f"/desk/borgo/tickets/{ticket.number}/", f"/desk/borgo/tickets/{ticket.number}/messages/1/blocking/"
    client.force_login(cast.users["Anna"])
    assert "Block this sender" not in client.get(page).content.decode()
    assert client.post(verb).status_code == 404
    client.force_login(cast.users["Carla"])
    assert "Block this sender" in client.get(page).content.decode()
    assert client.post(verb).status_code == 302
    (rule,) = BlockedSender.objects.all()
    assert (rule.sender, ticket.number in rule.reason) == ("maria@example.org", True)
    seen = client.get(page).content.decode()
    assert "Mail from maria@example.org is held back." in seen
    assert "Block this sender" not in seen
    assert arrive(letter("ancora")).state == "quarantined"
    assert client.post(verb).status_code == 302  # pressed twice: said, nothing doubled
    assert client.post(verb, {"undo": "999999"}).status_code == 404
    assert client.post(verb, {"undo": str(rule.pk)}).status_code == 302
    assert "Mail from maria@example.org is held back" not in client.get(page).content.decode()
    assert arrive(letter("adesso sì")).state == "ticketed"
    # our own answer is nobody to block, nor is what another team sees
    assert client.post(verb.replace("messages/1", "messages/2")).status_code == 404


def test_the_dns_is_asked_afterwards_and_only_where_it_is_switched_on(
    cast: Cast, settings: object, key: rsa.RSAPrivateKey
) -> None:
    assert arrive(letter()).authenticity == {}
    settings.MAIL_DNS = True
    mailbox = mailbox_for(URP)
    assert mailbox is not None
    peer = Peer("198.51.100.9", "mail.example.org")
    (mail,) = take(signed(letter(), key), [Addressed(mailbox, URP)], door="smtp", envelope_from="maria@example.org",
                   peer=peer)  # fmt: skip
    # a documentation address is no stranger's: SPF is asked of what the row says
    IncomingMail.objects.filter(pk=mail.pk).update(peer=peer.address, peer_name=peer.name)
    assert keeping.work(zone(key)) == 0  # not before it is read
    intake.work()
    silent = zone(key, silent=True)
    assert keeping.work(silent) == 0
    assert silent.asked > 0
    assert keeping.work(zone(key)) == 1
    mail.refresh_from_db()
    found = from_json(mail.authenticity)
    assert (found.by, found.dkim.result, found.spf.result, found.verdict) == ("here", "pass", "pass", "passed")
    assert keeping.work(zone(key)) == 0
    settings.MAIL_DNS = False
    assert keeping.work(zone(key)) == 0


def test_the_door_keeps_who_handed_it_over(cast: Cast) -> None:
    mailbox = mailbox_for(URP)
    assert mailbox is not None
    kept = []
    for address in ("8.8.8.8", "2001:4860:4860::8888", "10.0.0.5", "127.0.0.1", "unix"):
        (mail,) = take(letter(), [Addressed(mailbox, URP)], door="smtp", envelope_from="a@b.example",
                       peer=Peer(address, "mx.b.example"))  # fmt: skip
        kept.append((mail.peer, mail.peer_name))
    assert kept == [("8.8.8.8", "mx.b.example"), ("2001:4860:4860::8888", "mx.b.example"), ("", ""), ("", ""), ("", "")]
