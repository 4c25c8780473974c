"""What happens to complaints. Payloads hold ids, codes, numbers; words stand in the rows."""

from datetime import datetime

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("complaint.registered", "complaint", {"ticket_id": int, "year": int, "serial": int, "due": datetime}),
    Verb("complaint.acknowledged", "complaint", {"ticket_id": int, "message_id": int}),
    Verb("complaint.assessed", "complaint", {"ticket_id": int, "severity": int, "risk": int, "is_safety": bool}),
    Verb("complaint.responsible_named", "complaint", {"ticket_id": int, "member_id": int}),
    Verb("complaint.investigated", "complaint", {"ticket_id": int, "cause": str}),
    Verb("complaint.replied", "complaint",
         {"ticket_id": int, "reply_id": int, "sort": str, "finding": str, "left_out": list[str]}),
    Verb("complaint.closed", "complaint", {"ticket_id": int}),
    Verb("complaint.reopened", "complaint", {"ticket_id": int}),
    Verb("complaint.annulled", "complaint", {"ticket_id": int}),
    Verb("instance.opened", "instance", {"complaint_id": int, "code": str}),
    Verb("instance.heard", "instance", {"complaint_id": int}),
    Verb("instance.concluded", "instance", {"complaint_id": int, "result": str, "cost": int}),
    Verb("instance.dropped", "instance", {"complaint_id": int}),
    Verb("remedy.offered", "remedy", {"complaint_id": int, "sort": str, "cost": int, "waits": bool}),
    Verb("remedy.granted", "remedy", {"complaint_id": int, "asked_by": int}),
    Verb("remedy.refused", "remedy", {"complaint_id": int, "asked_by": int}),
    Verb("remedy.answered", "remedy", {"complaint_id": int, "state": str}),
    Verb("remedy.done", "remedy", {"complaint_id": int, "cost": int}),
    Verb("remedy.withdrawn", "remedy", {"complaint_id": int}),
    Verb("remedy_limit.set", "remedy_limit", {"role": str, "member_id": int, "sort": str, "amount": int}),
    Verb("corrective_action.begun", "corrective_action", {"complaint_id": int, "owner_id": int}),
    Verb("corrective_action.reminded", "corrective_action", {"complaint_id": int, "owner_id": int, "which": str}),
    Verb("corrective_action.done", "corrective_action", {"complaint_id": int}),
    Verb("complaints.exported", "organisation", {"year": int, "form": str}),
)
