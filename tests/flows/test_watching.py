"""How the installation is watched: figures, readiness, alarms, the pages that show them, and a log that tells nothing
of anybody."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from prometheus_client.parser import text_string_to_metric_families

from sportello.config import home, metrics, policy_reports
from sportello.config.health import _CHECKS
from sportello.faces.desk import watching_page
from sportello.foundation.journal.models import ParkedEvent
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.watch import keeping, meters, slow
from sportello.foundation.watch.lines import JsonLines
from sportello.service.channels.models import IncomingMail, OutTrayMail
from sportello.service.notifications import alarms as ringing
from sportello.service.watching import alarms, here, occurrences, words
from sportello.service.watching.alarms import Alarm
from sportello.service.watching.models import Occurrence
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path) -> Any:
    """Figures, lists and checks of no other test; a home whose machine is well."""
    meters.forget()
    slow.forget()
    metrics._KEPT.forget()
    _CHECKS._said.clear()
    with override_settings(HOME=tmp_path, BLOBS=tmp_path / "blobs"):
        (tmp_path / "run").mkdir()
        beats(tmp_path)
        yield
    meters.forget()
    slow.forget()


def beats(folder: Path, seconds_ago: float = 0.0, **loops: Any) -> None:
    """The worker's heartbeat, so long ago."""
    said = {"at": time.time() - seconds_ago, "loops": loops}
    (folder / "run" / "worker.json").write_text(json.dumps(said))


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    assert client.login(email=cast.users[name].email, password=PASSWORD)
    return client


def samples(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of the labels' names) → value, as Prometheus' own parser reads them."""
    answer = client.get("/metrics", **headers)  # type: ignore[arg-type]  # names of WSGI variables
    assert answer.status_code == 200
    return {
        (one.name, *dict(sorted(one.labels.items())).values()): one.value
        for family in text_string_to_metric_families(answer.content.decode())
        for one in family.samples
    }


class Lines(logging.Handler):
    """What the JSON log would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    ours = logging.getLogger("sportello")
    level = ours.level
    ours.setLevel(logging.DEBUG)
    yield handler
    logging.getLogger().removeHandler(handler)
    ours.setLevel(level)


# ---- figures


def test_a_request_is_counted_by_its_view_and_never_by_its_address(cast: Cast) -> None:
    anna = signed_in(cast, "Anna")
    ticket = cast.ticket()
    url = reverse("desk:ticket", args=["borgo", ticket.number])
    assert anna.get(url).status_code == 200
    assert anna.get("/desk/borgo/tickets/2000-0000001/?q=popescu").status_code == 404
    assert anna.get("/nothing/maria@example.org/").status_code == 404
    answer = anna.get("/metrics")
    assert b"popescu" not in answer.content and b"maria@" not in answer.content and b"2000-0000001" not in answer.content
    found = samples(anna)
    assert found["sportello_requests_total", "GET", "2xx", "desk:ticket"] == 1
    assert found["sportello_requests_total", "GET", "4xx", "desk:ticket"] == 1
    assert found["sportello_requests_total", "GET", "4xx", "none"] == 1
    assert found["sportello_request_seconds_count", "desk:ticket"] == 2
    assert found["sportello_request_seconds_bucket", "+Inf", "desk:ticket"] == 2
    assert found["sportello_request_statements_total", "desk:ticket"] > 5
    assert found["sportello_database_up",] == 1


def test_what_other_programs_counted_is_in_the_same_answer(cast: Cast) -> None:
    """A worker and some that ended have left their files; what is of the dead is added up, and nothing falls."""
    where = keeping.folder()
    where.mkdir(parents=True)
    counted = {"figures": [["sportello_mail_taken", ["smtp"], [3.0]]], "slow": []}
    lives = here.os.getppid()
    (where / f"listen-{lives}-20.json").write_text(json.dumps(counted))
    (where / f"worker-{lives}-3.json").write_text(json.dumps(counted))  # whose number is used again
    (where / "listen-999999999-2.json").write_text(json.dumps(counted))
    (where / "listen-999999999-3.json").write_text("{ half")
    meters.add(meters.MAIL_TAKEN, "smtp")
    before = samples(Client())["sportello_mail_taken_total", "smtp"]
    assert before == 10
    assert keeping.fold() == 3
    assert [path.name for path in where.glob("*-*-*.json")] == [f"listen-{lives}-20.json"]
    assert samples(Client())["sportello_mail_taken_total", "smtp"] == before
    assert keeping.fold() == 0


def test_a_program_writes_its_figures_and_a_full_disk_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    meters.add(meters.MAIL_TAKEN, "lmtp")
    keeping.keep()
    (kept,) = [json.loads(path.read_text()) for path in keeping.folder().glob("*.json")]
    assert ["sportello_mail_taken", ["lmtp"], [1.0]] in kept["figures"]

    def full(self: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    meters.add(meters.MAIL_TAKEN, "lmtp")
    for _again in range(2):
        keeping.keep()
    assert caplog.text.count("figures cannot be kept") == 1


def test_a_home_taken_away_is_not_made_again_for_figures(tmp_path: Path) -> None:
    """A program may end after its home has been removed."""
    with override_settings(HOME=tmp_path / "gone"):
        keeping.keep()
    assert not (tmp_path / "gone").exists()


def test_who_is_not_of_the_house_finds_no_figures(cast: Cast) -> None:
    client = Client()
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 404
    with override_settings(PUBLIC_URL="https://urp.example"):  # a proxy stands before us: all come from here
        assert client.get("/metrics").status_code == 404
        token = home.metrics_token()
        assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_figures_of_the_database_are_asked_once_in_ten_seconds(
    cast: Cast, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    assert metrics.KEPT_FOR == 10.0
    monkeypatch.setattr(metrics, "KEPT_FOR", 3_600.0)  # which a slow machine may need for the first
    samples(client)
    with django_assert_num_queries(0):
        samples(client)


# ---- readiness


def test_ready_says_each_check_by_its_name(cast: Cast, tmp_path: Path, lines: Lines) -> None:
    client = Client()
    beats(tmp_path)  # the people of the story may have taken their time
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == dict.fromkeys(("database", "schema", "blobs", "disk", "worker"), "ok")

    beats(tmp_path, 30)
    _CHECKS._said.clear()
    assert client.get("/readyz").json()["checks"]["worker"] == "late"
    beats(tmp_path, 300)
    _CHECKS._said.clear()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "failed")
    # a proxy of the pages asks what pages need: one trouble must not become two
    assert client.get("/readyz?for=pages").status_code == 200
    # Django's own line of it, written when the request is over, has its number too
    assert any(f'"request": "{answer["X-Request-ID"]}"' in one for one in lines.said if '"django.request"' in one)


def test_not_ready_on_a_full_disk_or_an_old_schema(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "disk", lambda: (100 * 1024**2, 10 * 1024**3))
    monkeypatch.setattr(_CHECKS, "_schema_is_there", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'watching'")
    answer = Client().get("/readyz?for=pages")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "schema": "failed", "blobs": "ok", "disk": "failed"}


def test_where_files_lie_in_a_bucket_the_home_must_have_room(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    usage = here.shutil.disk_usage
    monkeypatch.setattr(here.shutil, "disk_usage", lambda path: asked.append(path) or usage(tmp_path))
    with override_settings(BLOBS="s3://files/borgo?endpoint=https://s3.example"):
        assert Client().get("/readyz?for=pages").json()["checks"]["blobs"] == "ok"
    assert asked == [tmp_path], "not whatever folder the program was started in"


# ---- the log


def test_the_log_of_a_story_has_ids_and_nothing_of_anybody(cast: Cast, lines: Lines) -> None:
    from sportello.service.channels import intake, outbox
    from sportello.service.channels.email.taking import Addressed, take
    from sportello.service.channels.models import Mailbox

    box = Mailbox.objects.get(address="urp@borgo.test")
    letter = (
        b"From: Giovanna Bellucci <giovanna.bellucci@posta.example>\r\nTo: urp@borgo.test\r\n"
        b"Message-ID: <storia@posta.example>\r\nSubject: La mensa di Tommasino\r\n\r\nVorrei la dieta senza glutine.\r\n"
    )
    (mail,) = take(letter, [Addressed(box, box.address)], door="smtp", envelope_from="giovanna.bellucci@posta.example")
    intake.work()
    mail.refresh_from_db()
    assert mail.state == IncomingMail.State.TICKETED
    ticket = mail.message.entry.ticket
    anna = signed_in(cast, "Anna")
    page = reverse("desk:ticket", args=["borgo", ticket.number])
    assert anna.get(page, headers={"x-request-id": "0f0f0f0f0f0f0f0f"})["X-Request-ID"] == "0f0f0f0f0f0f0f0f"
    assert anna.get(reverse("desk:search"), {"q": "Bellucci glutine"}).status_code == 200
    anna.get("/desk/borgo/tickets/Bellucci/")
    Client().post("/accounts/login/", {"login": "giovanna.bellucci@posta.example", "password": "Parola-Segreta-1"})
    anna.post(reverse("desk:replies", args=["borgo", ticket.number]),
              {"text": "Gentile Giovanna Bellucci", "to": "giovanna.bellucci@posta.example",
               "base_position": ticket.last_public_position, "then": "keep"})  # fmt: skip
    outbox.work()
    # and everything that goes wrong quotes what it was given
    try:
        cast.users["Anna"].__class__.objects.create_user(cast.users["Anna"].email, PASSWORD, name="Giovanna Bellucci")
    except Exception:
        logging.getLogger("sportello.intake").exception("mail %s could not be read", mail.pk)
    try:
        int("giovanna.bellucci@posta.example")
    except ValueError as error:
        logging.getLogger("sportello.outbox").error("it was %s", error, exc_info=error)

    whole = "\n".join(lines.said)
    for secret in ("Bellucci", "giovanna", "posta.example", "glutine", "Tommasino", "mensa", "Parola-Segreta",
                   "anna@sportello", "Anna Prova", "storia@"):  # fmt: skip
        assert secret.lower() not in whole.lower(), next(one for one in lines.said if secret.lower() in one.lower())
    told = [json.loads(one) for one in lines.said]
    (seen,) = [one for one in told if one.get("request") == "0f0f0f0f0f0f0f0f"]
    assert (seen["view"], seen["number"], seen["status"], seen["method"]) == ("desk:ticket", ticket.number, 200, "GET")
    assert seen["person"] == cast.users["Anna"].pk and seen["organisation"] == cast.borgo.pk
    assert seen["queries"] > 5 and seen["ms"] > 0
    failed = next(one for one in told if one["says"].startswith("mail "))
    assert failed["error"].startswith("IntegrityError 23505") and failed["raised"]


@pytest.mark.parametrize("given", ["maria.rossi", "a" * 200, "zz-not-hex-zz", "", "0f0f\n0f0f0f0f"])
def test_a_request_id_that_says_something_is_not_taken(cast: Cast, given: str) -> None:
    answer = Client().get("/healthz", headers={"x-request-id": given})
    assert re.fullmatch("[0-9a-f]{16}", answer["X-Request-ID"])


@override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False)
def test_the_page_of_an_error_shows_the_number_the_log_has(
    cast: Cast, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sportello.faces.desk.views import tickets

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("Giovanna Bellucci")

    monkeypatch.setattr(tickets, "get_ticket", broken)
    anna = signed_in(cast, "Anna")
    anna.raise_request_exception = False
    answer = anna.get(reverse("desk:ticket", args=["borgo", cast.ticket().number]))
    assert answer.status_code == 500
    named = answer["X-Request-ID"]
    assert named in answer.content.decode()
    told = [json.loads(one) for one in lines.said if named in one]
    assert any(one.get("error") == "RuntimeError" and "test_watching.py" in one["raised"][-1] for one in told)
    assert "Bellucci" not in "".join(lines.said)


# ---- alarms


def codes(organisation_id: int | None = None) -> set[str]:
    return {one.code for one in alarms.decide() if one.organisation_id == organisation_id}


def test_all_is_quiet_where_all_is_well(cast: Cast) -> None:
    cast.ticket()
    assert alarms.decide() == []


def test_each_trouble_has_its_alarm(cast: Cast, tmp_path: Path) -> None:
    ticket = cast.ticket()
    late = server_now() - timedelta(hours=1)
    ParkedEvent.objects.create(
        consumer="notifications", event_id=1, verb="ticket.opened", error="x", parked_at=late, next_attempt_at=late
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_moment SET next_moment_at = %s WHERE ticket_id = %s", [late, ticket.pk])
        cursor.execute("UPDATE tickets_term SET due_at = %s WHERE kind = 'conclusion'", [late])
        cursor.execute("UPDATE tickets_notice SET state = 'due', given_at = NULL, due_at = %s", [late])
        cursor.execute("UPDATE channels_dispatch SET next_attempt_at = %s, state = 'queued'", [late])
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('files', 'x', 'failed'), ('files', 'y', 'todo')"
        )
        cursor.execute("UPDATE procrastinate_events SET at = %s", [late])
    beats(tmp_path, outbox={"last_at": time.time() - 90, "failures": 5, "error": "TimeoutError", "every": 0.5})
    (tmp_path / "run" / "backup.json").write_text(json.dumps({"at": (server_now() - timedelta(days=3)).isoformat()}))
    assert codes() == {"events_parked", "tick_late", "jobs_failed", "jobs_wait", "loop_failing", "backup_old"}
    assert codes(cast.borgo.pk) >= {"terms_missed", "customers_untold"}
    assert codes(cast.bottega.pk) == set()
    beats(tmp_path, 90)
    assert "worker_gone" in codes()
    for one in alarms.decide():
        assert one.title and one.to_do and "%(" not in one.sentence


def test_an_alarm_is_told_once_while_it_lasts(cast: Cast) -> None:
    """To the town's administrator what is of the town; what is of the machine to who runs it."""
    wrong = [Alarm("dispatches_stuck", "", cast.borgo.pk, 3600, {"count": "4"}), Alarm("disk_low", facts={"free": "1 GB"})]
    occurrences.reconcile(wrong)
    assert ringing.work() == 0  # a moment of load rings nobody
    Occurrence.objects.update(next_try_at=server_now())
    assert ringing.work() == 2
    for _again in range(3):
        occurrences.reconcile(wrong)
        Occurrence.objects.exclude(next_try_at=None).update(next_try_at=server_now())
        assert ringing.work() == 0
    letters = {tuple(one.recipients): one for one in OutTrayMail.objects.all()}
    assert set(letters) == {("elena@sportello.test",), ("root@sportello.test",)}

    occurrences.reconcile([])
    assert not Occurrence.objects.going_on().exists()
    occurrences.reconcile(wrong)  # back within minutes: the same
    assert Occurrence.objects.count() == 2 and not Occurrence.objects.exclude(next_try_at=None).exists()

    occurrences.reconcile([])
    Occurrence.objects.update(ended_at=server_now() - timedelta(hours=2))
    occurrences.reconcile(wrong)  # another day: another
    assert Occurrence.objects.count() == 4


def test_alarms_are_figures_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "disk", lambda: (100 * 1024**2, 10 * 1024**3))
    assert samples(Client())["sportello_alarm", "disk_full"] == 1


# ---- what browsers refused


def test_what_a_browser_refused_is_counted_by_rule_and_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_reports, "BUDGET", policy_reports._Budget())  # nobody else's reports, and all in one minute
    monkeypatch.setattr(policy_reports, "time", SimpleNamespace(monotonic=lambda: 6_000.0))
    client = Client(enforce_csrf_checks=True)

    def report(**body: str) -> int:
        said = json.dumps({"csp-report": body})
        return client.post("/policy-reports/", said, content_type="application/csp-report").status_code

    number = cast.ticket().number
    page = f"http://testserver/desk/borgo/tickets/{number}/?q=popescu"
    assert report(**{"document-uri": page, "effective-directive": "script-src-elem", "blocked-uri": "inline"}) == 204
    assert report(**{"document-uri": page, "violated-directive": "<script>", "blocked-uri": "x"}) == 204
    assert report(**{"document-uri": page, "effective-directive": "img-src", "blocked-uri": "moz-extension"}) == 204
    assert client.post("/policy-reports/", "nonsense", content_type="application/json").status_code == 204
    assert client.post("/policy-reports/", "x" * 20_000, content_type="application/json").status_code == 413
    assert [name for name, _line in slow.of_day()["policy"]] == ["script-src-elem · desk:ticket", "other · desk:ticket"]
    many = [{"type": "csp-violation", "body": {"documentURL": page, "effectiveDirective": "font-src"}}] * 80
    assert client.post("/policy-reports/", json.dumps(many), content_type="application/json").status_code == 204
    fonts = next(line.count for name, line in slow.of_day()["policy"] if name.startswith("font-src"))
    assert fonts == policy_reports.AT_ONCE, "a list of them is no way to count a thousand a minute"
    statuses = {report(**{"document-uri": page, "effective-directive": "img-src"}) for _ in range(policy_reports.A_MINUTE)}
    assert statuses == {204, 429}


def test_who_guesses_passwords_is_noticed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "SIGN_INS_MANY", 3)
    for wrong in ("una", "due", "tre"):
        Client().post("/accounts/login/", {"login": "anna@sportello.test", "password": wrong})
    assert "sign_ins_refused" in codes()
    assert samples(Client())["sportello_refused_total", "sign_in"] == 3


# ---- what was slow


def test_figures_are_written_as_the_reader_writes_them() -> None:
    with translation.override("it"):
        assert (words.size(3 * 1024**3 // 2), watching_page._ms(1.5)) == ("1,5 GB", "1,5 s")
    with translation.override("en"):
        assert words.size(3 * 1024**3 // 2) == "1.5 GB"


def test_slow_statements_are_kept_without_their_values(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.12), 'Giovanna Bellucci', 12345, %s", ["popescu"])
    line = dict(slow.of_day()["statement"])["SELECT pg_sleep(?), ?, …"]  # others may be slow too, on a slow machine
    assert line.count == 1 and line.worst >= 0.12
    assert settings.HOME in keeping.folder().parents


def test_the_page_lists_slow_pages_with_how_often_they_were_asked_for(cast: Cast) -> None:
    slow.page("desk:list", 0.31)
    for _quick in range(19):
        slow.page("desk:list", 0.01)
    slow.page("desk:search", 0.05)  # never slow: in no list
    ((name, line),) = slow.of_day()["page"]
    assert (name, line.count, len(line.lately), round(line.worst, 2), line.p95) == ("desk:list", 1, 20, 0.31, 0.01)


# ---- who sees what


def test_who_runs_the_installation_sees_how_it_does_and_no_request(cast: Cast, tmp_path: Path) -> None:
    ticket = cast.ticket("Il buco di via Verdi")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_term SET due_at = %s WHERE kind = 'conclusion'", [server_now() - timedelta(days=2)])
        cursor.execute("SELECT pg_sleep(0.11)")
    beats(tmp_path, 300)
    root = signed_in(cast, "Root")
    assert root.get("/desk/").headers["Location"] == "/desk/installation/"
    page = root.get("/desk/installation/").content.decode()
    assert "Il lavoro di fondo è fermo" in page and "Termini di conclusione superati" in page
    assert "SELECT pg_sleep(?)" in page
    assert ticket.number not in page and "via Verdi" not in page
    assert root.get(f"/desk/installation/?day=000{'9' * 5000}").status_code == 200, "what is no day is today"
    elena = signed_in(cast, "Elena")
    page = elena.get("/desk/borgo/setup/alarms/").content.decode()
    assert "Termini di conclusione superati" in page and "pg_sleep" not in page
    assert "Il lavoro di fondo è fermo" not in page and "chi la gestisce è stato avvisato" in page
    for name in ("Anna", "Carla", "Elena"):
        assert signed_in(cast, name).get("/desk/installation/").status_code == 404


def test_alarms_stand_above_every_page_of_who_can_mend_them(cast: Cast, tmp_path: Path) -> None:
    wrong = [Alarm("dispatches_stuck", "", cast.borgo.pk, 3600, {"count": "4"}), Alarm("disk_low", facts={"free": "1 GB"})]
    occurrences.reconcile(wrong)
    page = signed_in(cast, "Elena").get("/desk/borgo/people/").content.decode()
    assert "Le risposte non partono" in page and "disco" not in page
    page = signed_in(cast, "Root").get("/desk/installation/").content.decode()
    assert "Le risposte non partono (+1)" in page and "Il disco è quasi pieno" not in page  # the urgent one is named
    # what writes these rows does not live: said all the same
    Occurrence.objects.all().delete()
    beats(tmp_path, 300)
    assert "strip-alarms" in signed_in(cast, "Root").get("/desk/installation/").content.decode()
