"""What happens to requests of a shop's customers."""

from sportello.foundation.journal.verbs import Verb, register

register(
    Verb("shop_request.told", "shop_request", {"ticket_id": int, "sort": str}),
    Verb("shop_request.corrected", "shop_request", {"ticket_id": int}),
    Verb("shop_request.goods_back", "shop_request", {"ticket_id": int}),
)
