"""The second half of the people asked of the whole permission table."""

from __future__ import annotations

import pytest

from .permission_asking import all_of
from .permission_scene import Scene
from .permissions import LINES, PEOPLE
from .test_permissions import ASKED_HERE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("person", [one for one in PEOPLE if one not in ASKED_HERE])
def test_who_gets_which_answer(scene: Scene, person: str) -> None:
    wrong = all_of(scene, LINES, person)
    assert not wrong, "\n".join(wrong)
