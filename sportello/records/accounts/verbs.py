"""What happens to people who work here."""

from datetime import datetime

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("membership.began", "membership", {"user_id": int, "role": str}),
    #: Rights changed: open streams are cut and pages ask again.
    Verb("membership.changed", "membership", {"user_id": int, "role": str, "team_ids": list[int]}),
    Verb("membership.ended", "membership", {"user_id": int}),
    Verb("absence.marked", "absence", {"member_id": int, "starts": datetime, "ends": datetime}),
    Verb("absence.withdrawn", "absence", {"member_id": int}),
    Verb("invitation.sent", "invitation", {"role": str}),
    Verb("invitation.accepted", "invitation", {"user_id": int}),
    Verb("invitation.withdrawn", "invitation", {}),
    Verb("organisation.described", "organisation", {"parts": list[str]}),
    Verb("logo.changed", "organisation", {"sha256": str}),
    Verb("team.added", "team", {}),
    Verb("team.changed", "team", {"is_office": bool}),
    Verb("team.ended", "team", {}),
    Verb("branch.added", "branch", {}),
    Verb("branch.changed", "branch", {}),
    Verb("branch.ended", "branch", {}),
    Verb("outside_provider.set", "outside_provider", {"secret": bool}),
    Verb("outside_provider.ended", "outside_provider", {}),
)
