"""The scene of the permission table: made once for each file that asks of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from .permission_asking import scene_for_a_module
from .permission_scene import Scene


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    yield from scene_for_a_module(django_db_blocker)
