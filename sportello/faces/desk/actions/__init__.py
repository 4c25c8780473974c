"""Verbs of the desk's own rows: drafts and open tickets. What happens to tickets is in `records/tickets/actions`."""
