"""What happens to a person's notifications; the live stream draws the bell from it, nothing else hears it."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("notification.made", "membership", {"user_id": int}),
    Verb("notification.read", "membership", {"user_id": int}),
)
