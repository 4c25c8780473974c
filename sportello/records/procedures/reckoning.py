"""From a definition and what happened to dates: when things are due, and why. Pure."""
