from .article import Article, ArticleJudgement, ArticleVersion
from .saved_reply import SavedReply, SavedReplyText, SavedReplyUse
from .service_sheet import ServiceSheet, ServiceSheetText, ServiceSheetVersion

__all__ = [
    "Article",
    "ArticleJudgement",
    "ArticleVersion",
    "SavedReply",
    "SavedReplyText",
    "SavedReplyUse",
    "ServiceSheet",
    "ServiceSheetText",
    "ServiceSheetVersion",
]
