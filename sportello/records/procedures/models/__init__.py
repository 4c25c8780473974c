from .calendar import OfficeCalendar
from .confirmation import Confirmation
from .kind import Kind
from .notice import NoticeTemplate
from .procedure import Procedure

__all__ = ["Confirmation", "Kind", "NoticeTemplate", "OfficeCalendar", "Procedure"]
