from .choice import Choice
from .mail import NotificationMail
from .notification import Notification
from .push import Browser, Push, PushKey

__all__ = ["Browser", "Choice", "Notification", "NotificationMail", "Push", "PushKey"]
