"""What happens with checklists."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("checklist_template.made", "checklist_template", {"kind_id": int, "items": int}),
    Verb("checklist_template.retired", "checklist_template", {}),
    Verb("checklist.hung", "checklist", {"ticket_id": int, "template_id": int, "items": int}),
    Verb("checklist.taken_off", "checklist", {"ticket_id": int}),
    Verb("checklist.ticked", "checklist", {"ticket_id": int, "item_id": int}),
    Verb("checklist.unticked", "checklist", {"ticket_id": int, "item_id": int}),
)
