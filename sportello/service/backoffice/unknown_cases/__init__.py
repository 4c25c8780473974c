"""Cases that have no procedure yet."""
