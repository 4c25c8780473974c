"""One database cluster for the whole run. People and fixtures of the product live in `tests/cast.py`."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import cluster

# An example may take as long as a busy machine makes it (the library gives it 200 ms), and each run tries the same ones: what is
# found at random is found by `scripts/fuzz`, not by a change that has nothing to do with it.
settings.register_profile("sportello", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sportello")

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


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """All that was imported and collected stays to the end: it is not looked through again and again for what could go
    (a tenth of Python's time). Garbage made by tests is found as before, in larger heaps."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


#: In the order of how long one of their files takes; the sort is stable.
LONGEST = ("test_permission", "test_hostile", "tests/kills/", "tests/browser/", "tests/flows/", "tests/reliability/", "tests/architecture/")
CLUSTER = pytest.StashKey[cluster.Cluster]()

# The cast and the browser are everybody's.
pytest_plugins = ["tests.cast", "tests.chromium"]


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_what_is_in_it() -> Iterator[None]:
    from django.test import TransactionTestCase

    from tests import emptying

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: emptying.empty())
        yield


@pytest.fixture(autouse=True)
def _nothing_of_another_test() -> None:
    """A page drawn in a test leaves its language active in the thread, and who signed in in vain is counted: the next test
    begins with the installation's language, and with no tries."""
    from django.core.cache import cache
    from django.utils import translation

    translation.deactivate()
    cache.clear()
