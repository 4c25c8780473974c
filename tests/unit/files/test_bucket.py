"""Files in a bucket: what the folder promises, kept over a network that fails, by keys that may be wrong."""

from __future__ import annotations

import hashlib
import io
import logging
import multiprocessing
import socket
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils.translation import override

from sportello.config import backup
from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.core.errors import Refusal, StoreAway
from sportello.foundation.files import actions, bucket, dropping, store
from sportello.foundation.files.bucket import Bucket
from sportello.foundation.files.models import Blob, DroppedFile
from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.refusals import RefusalPages
from sportello.service.channels import intake
from sportello.service.channels.email.pipe import TAKEN, TRY_AGAIN, deliver
from sportello.service.channels.models import IncomingMail
from tests import s3
from tests.cast import Cast
from tests.cast import cast as cast
from tests.flows.mail_fixtures import URP, letter, open_door, stored
from tests.ports import free_port
from tests.waiting import LIMIT

PDF = b"%PDF-1.7\n%%EOF"
LARGE = bytes(range(256)) * 4096 * 20  # 20 MB: three pieces


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    running = s3.Server().start()
    yield running
    running.stop()


@pytest.fixture
def far(
    server: s3.Server, settings, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> s3.Server:
    """This installation's files lie in the bucket, under a prefix of the test's own. It is waited for, busy as it may be."""
    for limit in ("CONNECT", "REQUEST", "RETRY_FOR"):
        monkeypatch.setattr(bucket, limit, timedelta(seconds=LIMIT))
    server.keys_into(tmp_path)
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    settings.BLOBS = server.address(request.node.name)
    store._bucket.cache_clear()
    return server


@pytest.fixture
def borgo(db: None) -> Organisation:
    return Organisation.objects.create(slug="borgo", name="Borgo")


def nowhere(settings, tmp_path: Path) -> None:
    """From now on nobody answers at the store's address."""
    settings.BLOBS = f"s3://files?endpoint=http://127.0.0.1:{free_port()}"


def key(content: bytes) -> str:
    return store.key_of(1, hashlib.sha256(content).hexdigest())


def test_a_bucket_keeps_what_a_folder_keeps(far: s3.Server, borgo: Organisation, request) -> None:
    first, again = actions.keep(borgo, PDF), actions.keep(borgo, PDF)
    other = actions.keep(Organisation.objects.create(slug="bottega", name="Bottega"), PDF)
    assert (first.pk == again.pk, first.pk == other.pk) == (True, False)
    assert actions.read(first) == PDF
    named = {f"{request.node.name}/{one.organisation_id}/{one.sha256[:2]}/{one.sha256}" for one in (first, other)}
    assert set(far.objects(request.node.name)) == named, "the same names as in a folder: either is copied into the other"
    assert store.is_whole(borgo.pk, first.sha256, len(PDF))
    assert not store.is_whole(borgo.pk, first.sha256, 3)
    with pytest.raises(FileNotFoundError):
        store.get(borgo.pk, "0" * 64)


def test_what_is_there_is_left_as_it_is_unless_it_is_no_such_file(far: s3.Server, tmp_path: Path, request) -> None:
    place, name = store.place(), f"{request.node.name}/{key(PDF)}"
    place.put(key(PDF), PDF)
    written = far.written_at(name)
    place.put(key(PDF), PDF)
    assert far.written_at(name) == written
    far.write(name, b"%PDF")  # somebody's hand in the bucket
    with pytest.raises(ValueError, match="damaged"):
        store.get(1, key(PDF)[-64:])
    place.put(key(PDF), PDF)
    assert place.get(key(PDF)) == PDF


def test_what_memory_does_not_hold_goes_in_pieces_and_is_read_from_any_position(far: s3.Server) -> None:
    with zipfile.ZipFile(store.workplace() / "made.zip", "w") as made:
        made.writestr("a", LARGE)
        made.writestr("b", b"the last of many")
    path = store.workplace() / "made.zip"
    sha256, size = store.digest_of(path)
    store.take_over(1, path, sha256)
    assert not path.exists()
    with store.open_file(1, sha256) as file, zipfile.ZipFile(file) as there:
        assert there.read("b") == b"the last of many"
    with store.open_file(1, sha256) as file:
        assert file.seek(-10, io.SEEK_END) == size - 10
        assert len(file.read()) == 10
    with store.as_file(1, sha256) as brought:
        assert store.digest_of(brought) == (sha256, size)
    assert list(store.workplace().iterdir()) == []
    assert hashlib.sha256(store.get(1, sha256)).hexdigest() == sha256


def test_two_machines_that_write_the_same_at_once_both_succeed(far: s3.Server, settings, tmp_path: Path, request) -> None:
    rounds, spawn = 20, multiprocessing.get_context("spawn")
    given = (str(settings.BLOBS), tmp_path, PDF, spawn.Barrier(2), rounds)
    both = [spawn.Process(target=s3.write_many, args=given) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(LIMIT)
    assert [one.exitcode for one in both] == [0, 0]
    objects = far.objects(request.node.name)
    assert len(objects) == rounds
    assert all(store.place().get(name.split("/", 1)[1]).startswith(PDF) for name in objects)


def test_wrong_keys_are_told_and_never_logged(
    far: s3.Server, settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    far.keys_into(tmp_path, "thisisnotthesecret")
    store._bucket.cache_clear()
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreAway, match="refused"):
        store.put(1, PDF)
    assert "refuses our keys" in caplog.text
    assert "thisisnotthesecret" not in caplog.text and far.access not in caplog.text
    assert "thisisnotthesecret" not in repr(store.place())


@pytest.mark.parametrize(
    ("address", "said"),
    [("s3://", "must be s3://"), ("s3://files?endpont=http://x", "must be s3://"), ("s3://files", "needs keys")],
)
def test_an_address_that_cannot_be_read_is_told_at_the_start(address: str, said: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    if "keys" not in said:
        s3.Server(access="a", secret="b").keys_into(tmp_path)
    with pytest.raises(ValueError, match=said):
        Bucket.at(address, tmp_path / "keys", tmp_path)


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    s3.Server(access="a", secret="b").keys_into(tmp_path)
    (tmp_path / "keys" / "blobs").chmod(0o640)
    with pytest.raises(ValueError, match="0600"):
        Bucket.at("s3://files", tmp_path / "keys", tmp_path)


def cut_after(port: int, allowed: int) -> int:
    """A road to the store that ends after so many bytes, once; its port."""
    door = socket.create_server(("127.0.0.1", 0))

    def life() -> None:
        while True:
            near, _address = door.accept()
            with near, socket.create_connection(("127.0.0.1", port)) as there:
                passed = 0
                while passed < allowed and (piece := near.recv(min(4096, allowed - passed))):
                    there.sendall(piece)
                    passed += len(piece)

    threading.Thread(target=life, daemon=True).start()
    return int(door.getsockname()[1])


def test_a_write_that_is_cut_leaves_nothing_and_succeeds_the_next_time(
    far: s3.Server, settings, monkeypatch, request
) -> None:
    content, whole = LARGE[:200_000], settings.BLOBS
    monkeypatch.setattr(bucket, "RETRIES", 1)
    settings.BLOBS = whole.replace(str(far.port), str(cut_after(far.port, 50_000)))
    with pytest.raises(StoreAway):
        store.put(1, content)
    assert far.objects(request.node.name) == {}
    settings.BLOBS = whole
    assert store.get(1, store.put(1, content)) == content


def test_who_cannot_store_a_file_keeps_what_they_typed(far: s3.Server, settings, tmp_path: Path, borgo) -> None:
    nowhere(settings, tmp_path)
    with override("en"), pytest.raises(Refusal, match="still here") as refused:
        actions.keep_uploads(borgo, [SimpleUploadedFile("a.pdf", PDF)])
    assert refused.value.field == "files"
    assert not Blob.objects.exists()
    page = RefusalPages(lambda _request: None).process_exception(RequestFactory().get("/"), StoreAway("away"))  # type: ignore[arg-type]
    assert page is not None and page.status_code == 503


@pytest.mark.django_db(transaction=True)
def test_mail_waits_outside_while_the_store_is_away_and_inside_when_it_was_taken(
    far: s3.Server, settings, tmp_path: Path, cast: Cast
) -> None:
    there = settings.BLOBS
    inside = stored(letter("Prima che cada"))
    nowhere(settings, tmp_path)
    with open_door() as door, pytest.raises(Exception) as refused:
        door.send(letter("Durante"))
    assert refused.value.smtp_code == 451  # type: ignore[attr-defined]
    assert deliver(URP, letter("Per tubo")) == TRY_AGAIN
    assert IncomingMail.objects.count() == 1
    with pytest.raises(StoreAway):
        intake.work()
    inside.refresh_from_db()
    assert (inside.state, inside.attempts) == ("pending", 0), "it is not the message's fault"
    settings.BLOBS = there
    intake.work()
    inside.refresh_from_db()
    assert inside.state == "ticketed"
    assert deliver(URP, letter("Di nuovo")) == TAKEN


@pytest.mark.django_db(transaction=True)
def test_what_is_let_go_while_the_store_is_away_goes_later(far: s3.Server, settings, tmp_path: Path, request) -> None:
    blob = actions.keep(Organisation.objects.create(slug="borgo", name="Borgo"), PDF)
    there = settings.BLOBS
    nowhere(settings, tmp_path)
    dropping.drop(blob)
    assert not Blob.objects.exists()
    assert DroppedFile.objects.count() == 1
    settings.BLOBS = there
    DroppedFile.objects.update(drop_after=blob.stored_at)
    assert dropping.work() == 1
    assert (far.objects(request.node.name), DroppedFile.objects.count()) == ({}, 0)


def test_a_backup_brings_the_bucket_and_a_restore_fills_another(
    far: s3.Server, settings, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path))
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    kept = tmp_path / "kept"
    store.put(1, PDF)
    store.put(2, LARGE)
    assert backup._files_out(kept) == (2, [])
    assert backup._files_out(kept) == (2, [])
    assert (kept / key(PDF)).read_bytes() == PDF
    settings.BLOBS = far.address("another")
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    assert backup._files_in(kept) == []
    assert store.get(2, hashlib.sha256(LARGE).hexdigest()) == LARGE
    (kept / key(PDF)).write_bytes(b"x" * len(PDF))
    settings.BLOBS = far.address("third")
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    assert backup._files_in(kept) == [key(PDF)], "one damaged file keeps the others from nobody"
    assert store.get(2, hashlib.sha256(LARGE).hexdigest()) == LARGE
    nowhere(settings, tmp_path)
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    with pytest.raises(Trouble, match="does not answer"):
        backup._files_out(kept)


def test_a_damaged_object_keeps_nothing_else_from_its_backup(
    far: s3.Server, settings, tmp_path: Path, monkeypatch, request
) -> None:
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path))
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    store.put(1, PDF)
    store.put(1, LARGE)
    far.write(f"{request.node.name}/{key(PDF)}", b"rotten")
    assert backup._files_out(tmp_path / "kept") == (1, [key(PDF)])
    assert [path.name for path in (tmp_path / "kept").rglob("*") if path.is_file()] == [key(LARGE).rsplit("/")[-1]]


def test_a_backup_that_breaks_off_leaves_the_earlier_one_whole(
    far: s3.Server, settings, tmp_path: Path, monkeypatch
) -> None:
    dumps = iter((b"first", b"second", b"third"))

    def dump(_program: str, *words: object) -> str:
        Path(str(words[-1]).removeprefix("--file=")).write_bytes(next(dumps))
        return ""

    monkeypatch.setattr(backup, "_client", dump)
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path))
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    kept, there = tmp_path / "kept", settings.BLOBS
    store.put(1, PDF)
    first = backup.backup(kept, str)
    nowhere(settings, tmp_path)
    monkeypatch.setenv("SPORTELLO_BLOBS", settings.BLOBS)
    with pytest.raises(Trouble, match="does not answer"):
        backup.backup(kept, str)
    assert (backup.check(kept), (kept / backup.DUMP).read_bytes()) == (first, b"first")
    monkeypatch.setenv("SPORTELLO_BLOBS", there)
    backup.backup(kept, str)
    assert (backup.check(kept)["blobs"], (kept / backup.DUMP).read_bytes()) == (1, b"third")
