"""How much of a message is looked at. What lies beyond a limit stays in the stored raw message and leaves a
defect code.

Every loop of the parser is bounded by one of these numbers, so that time and memory follow the size of the
message and nothing a sender writes can change that.
"""

from __future__ import annotations

from typing import Final

PARTS: Final = 1_000
"""MIME parts walked in one message, containers included."""

DEPTH: Final = 25
"""Multiparts inside multiparts; real mail stays under eight."""

HEADER_BLOCK: Final = 1 << 20
"""Bytes of one header block that are read."""

HEADERS: Final = 5_000
"""Header fields kept of one block."""

HEADER_VALUE: Final = 1 << 19
"""Bytes of one header field: ten thousand recipients fit."""

ENCODED_VALUE: Final = 16_384
"""Characters of one value in which encoded words are looked for."""

SUBJECT: Final = 1_000
"""Characters of a subject. RFC 5322 allows 998 on a line."""

ADDRESSES: Final = 10_000
"""Addresses read from one field."""

ADDRESS: Final = 320
"""Characters of an address: 64 + 1 + 255 (RFC 5321 section 4.5.3.1)."""

NAME: Final = 300
"""Characters of a display name."""

IDENTIFIER: Final = 998
"""Characters of a Message-ID: one line. A longer one is shortened to a prefix and its hash."""

REFERENCES: Final = 200
"""Message ids kept from References: the first and the newest ones."""

PARAMETERS: Final = 100
"""Parameters read from one Content-Type or Content-Disposition."""

BOUNDARY: Final = 1_000
"""Bytes of a boundary (RFC 2046 allows 70)."""

TEXT_BYTES: Final = 4_000_000
"""Bytes of one text part that are decoded."""

TEXT: Final = 1_000_000
"""Characters of the message's text."""

HTML: Final = 1_000_000
"""Characters of HTML handed to the sanitiser, all parts together."""

HTML_TAGS: Final = 20_000
"""Start tags handed to the sanitiser. Its tree builder takes quadratic time on tags that never close: 200,000 nested
`<div>` are one megabyte and two minutes, 20,000 nested list items are two seconds."""

HTML_ENTITIES: Final = 50_000
"""Ampersands handed to the sanitiser: each costs it microseconds."""

SAFE_HTML: Final = 4_000_000
"""Characters the sanitiser may answer with: it writes closing tags and rel attributes nobody sent."""

SPLIT_LINES: Final = 20_000
"""Lines in which quoted text and signature are looked for; what follows counts as the customer's words."""

DAMAGED: Final = 8_000_000
"""Bytes of broken base64 or of uuencode that are mended line by line; more is decoded at one go or left as it is."""

FILENAME: Final = 180
"""Characters of a file name: 255 bytes in UTF-8 for nearly every name, on every file system."""

REPORT_BYTES: Final = 256_000
"""Bytes of a delivery report that are read."""

REPORT_RECIPIENTS: Final = 1_000
"""Recipients read from one delivery report."""

TNEF_ATTRIBUTES: Final = 20_000
"""Attributes read from one winmail.dat, and properties of one of them below."""

TNEF_PROPERTIES: Final = 5_000

TNEF_DEPTH: Final = 3
"""Messages inside messages inside one winmail.dat."""

RTF: Final = 1_000_000
"""Bytes of Rich Text unpacked and read: a microsecond each."""

RTF_GROUPS: Final = 500
"""Groups inside groups of Rich Text."""

WRAPPINGS: Final = 20
"""Parts of one message that are unpacked: containers of another kind, such as winmail.dat and signed envelopes."""

CALENDAR_BYTES: Final = 200_000
"""Bytes of one calendar part that are read."""

CALENDAR_EVENTS: Final = 20
"""Events told of one message."""

DRAWN_WORDS: Final = 500
"""Pieces of text taken out of drawings (`<svg>`) in one message."""

P7M: Final = 60_000_000
"""Bytes of a signed wrapping that is opened."""
