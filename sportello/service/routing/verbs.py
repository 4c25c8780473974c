"""What happens to routes."""

from sportello.foundation.journal.verbs import Verb, register

register(Verb("route.changed", "route", {"kind_id": int, "team_id": int}))
