"""Lines of the table: tickets put aside, tagged, linked, joined and taken apart, copied; who is away."""

from __future__ import annotations

from .permissions import GET, GET_POST, LEADS, NOTHING_THERE, POST, SEES_TICKET, SERVES, Line

VERB_LINES = (
    Line("desk:snooze", GET_POST, SEES_TICKET, {"when": "reply"}),
    Line("desk:waking", POST, SEES_TICKET, {}),
    Line("desk:tags", GET_POST, SEES_TICKET, {"tags": "mensa, rimborso"}),
    Line("desk:tag_names", GET, SERVES),
    Line("desk:colleagues", GET, SEES_TICKET),
    # into a ticket that is not there: who may, is asked to correct it
    Line("desk:merge", GET_POST, SEES_TICKET, None),
    # nothing is merged in the scene: who sees the ticket finds no merge to undo
    Line("desk:parting", POST, NOTHING_THERE, {}),
    Line("desk:split", GET_POST, SEES_TICKET, None),
    Line("desk:passing", GET_POST, SEES_TICKET, None),
    Line("desk:link", GET_POST, SEES_TICKET, None),
    Line("desk:link_removal", POST, NOTHING_THERE, {}, given={"link_id": "999999999"}),
    Line("desk:print", GET_POST, SEES_TICKET, {"terms": "on"}),
    Line("desk:absences", GET_POST, LEADS, {"first": "{tomorrow}", "last": "{tomorrow}"}),
    Line("desk:absence_withdrawal", POST, NOTHING_THERE, {}, given={"absence_id": "999999999"}),
)
