"""Forms of the desk, by subject."""
