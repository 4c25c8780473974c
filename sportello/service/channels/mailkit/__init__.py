"""Mail as bytes and as records: what every channel that speaks mail shares. Pure: no Django, no database.

`parse.parse(raw)` reads a message, `guards.GUARDS` say whether it may go on, `compose.compose(mail)` writes
one, `tokens` knows the shapes that lead a reply back to its ticket.
"""
