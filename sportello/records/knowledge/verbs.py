"""What happens to what we know."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("service_sheet.changed", "service_sheet", {"language": str}),
    Verb("saved_reply.changed", "saved_reply", {"language": str}),
    Verb("saved_reply.archived", "saved_reply"),
    Verb("saved_reply.restored", "saved_reply"),
    Verb("article.written", "article", {"language": str, "number": int}),
    Verb("article.published", "article"),
    Verb("article.retired", "article"),
    Verb("article.judged", "article", {"language": str, "number": int, "helped": bool}),
)
