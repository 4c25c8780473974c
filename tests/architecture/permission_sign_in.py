"""Lines of the table: the service an organisation's people sign in with."""

from __future__ import annotations

from .permissions import GET_POST, NOTHING_THERE, POST, SETS_UP, Line

#: None in the scene: who may, is asked to correct what a POST says, and finds nothing to try or to end.
SIGN_IN_LINES = (
    Line("desk:setup_sign_in", GET_POST, SETS_UP, None),
    Line("desk:setup_sign_in_trial", POST, NOTHING_THERE, {}),
    Line("desk:setup_sign_in_ending", POST, NOTHING_THERE, {}),
)
