"""One database cluster for the whole run. People and fixtures of the product live in `tests/cast.py`."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests import cluster

# The live server of the browser tests and Playwright's own event loop share a thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the controller, before any worker asks for a database."""
    cluster.prepare_environment()
    if cluster.is_ours() and not config.option.collectonly:
        config.stash[CLUSTER] = cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it when the last worker has gone."""
    here = config.stash.get(CLUSTER, None)
    if here is not None:
        cluster.stop(here)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first (whole installations, browsers, stories), so that no worker is left alone with one."""
    items.sort(key=lambda item: next((rank for rank, where in enumerate(LONGEST) if where in item.nodeid), len(LONGEST)))


#: In the order of how long one of their files takes; the sort is stable.
LONGEST = ("test_permission", "test_hostile", "tests/kills/", "tests/browser/", "tests/flows/", "tests/reliability/", "tests/architecture/")
CLUSTER = pytest.StashKey[cluster.Cluster]()

# The cast and the browser are everybody's.
pytest_plugins = ["tests.cast", "tests.chromium"]


@pytest.fixture(scope="session", autouse=True)
def _emptied_although_somebody_still_asks() -> Iterator[None]:
    """A browser that is closed leaves its last questions with the live server, which asks the tables in another order than
    they are emptied in: where the two would wait for each other for ever, the emptying is done again."""
    from django.db import OperationalError
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def again(self: Any, statements: Any) -> None:
        for tried in range(5):
            try:
                return flush(self, statements)
            except OperationalError as error:
                if tried == 4 or "deadlock" not in str(error):
                    raise
                time.sleep(0.5)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", again)
        yield


@pytest.fixture(autouse=True)
def _no_language_of_another_test() -> None:
    """A page drawn in a test leaves its language active in the thread: the next test begins with the installation's."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_events_of_another_test(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The journal is no table Django knows how to empty: what a test that commits has told stays, and the next one that
    counts events, or lets the consumers work, would meet it."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(request.fixturenames):
        from django.db import connection

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE journal_event")
