"""What every flow has: its statements are kept for the oldest PostgreSQL, where that is asked for; and which run on it."""

from pathlib import Path

import pytest

from tests.statements import _statements_of_this_file

__all__ = ["_statements_of_this_file"]

#: The flows in which the server does more than answer a question, and those of the product's main pages. What the others
#: ask is asked of the oldest by `test_oldest.py`: it understands and plans each of their statements.
OLDEST = frozenset({
    "test_archive",  # folders that are written while others read, holds, disposal
    "test_customers",  # likeness of names, merging
    "test_desk",  # the timeline, in words that Django chooses by the server's version
    "test_email",  # mail that comes and leaves, transactions that end and that do not
    "test_email_process",  # workers of their own: jobs are told of and taken, each by one
    "test_lists",  # views, and changes to many
    "test_live",  # what happened is told while it happens, in the order of transactions
    "test_mail_senders",  # who is blocked
    "test_oldest",
    "test_portal",  # the customer's side
    "test_search",  # words, numbers, names
    "test_sending_stages",  # locks, and what is skipped because another has it
})  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    gone = [name for name in OLDEST if not (here / f"{name}.py").exists()]
    if gone:
        raise pytest.UsageError(f"OLDEST names flows that are not there: {gone}")
    for item in items:
        if item.path.parent == here and item.path.stem in OLDEST and not item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.oldest)
