"""What happened, append-only. `from sportello.foundation.journal import actions` to record."""
