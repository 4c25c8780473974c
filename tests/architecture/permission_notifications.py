"""Lines of the table: what a person was told, how they want to be told, and their browsers; all of it their own."""

from __future__ import annotations

from .permissions import GET, GET_POST, NOTHING_THERE, POST, SEES_TICKET, SERVES, Line, TopicLine

NOTIFICATION_LINES = (
    Line("desk:notifications", GET, SERVES),
    Line("desk:notifications_read", POST, SERVES, {}),
    Line("desk:ticket_notifications_read", POST, SEES_TICKET, {}),
    Line("desk:notification_choices", GET_POST, SERVES, {"mail_minutes": "15", "new-desk": "on"}),
    # no browser sends nothing: who may, is asked to try again
    Line("desk:notification_browsers", POST, SERVES, None),
    # nobody here has a browser that is told
    Line("desk:notification_browser_removal", POST, NOTHING_THERE, {}, given={"browser_id": "999999999"}),
    Line("desk:notification_worker", GET, SERVES),
)
NOTIFICATION_TOPICS = (TopicLine("bell", SERVES),)
