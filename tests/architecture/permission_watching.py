"""Lines of the table: how the installation does. Figures and checks show nothing of anybody; the figures are for this
machine, which is where the test asks from (who comes from elsewhere: `tests/flows/test_watching.py`)."""

from __future__ import annotations

from .permissions import EVERYBODY, GET, POST, RUNS, SETS_UP, Line

WATCHING_LINES = (
    Line("readyz", GET, EVERYBODY),
    Line("metrics", GET, EVERYBODY),
    Line("policy_reports", POST, EVERYBODY, {}),
    Line("desk:installation", GET, RUNS),
    Line("desk:setup_alarms", GET, SETS_UP),
)
