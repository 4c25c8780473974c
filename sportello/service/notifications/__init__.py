"""Telling colleagues what concerns them: in the desk, by mail, by the browser. Never told of one's own act, never of a
ticket one may not see; mail and browser carry numbers and codes in words, nothing a customer or colleague wrote."""
