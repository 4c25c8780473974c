from .calendar import OfficeCalendar
from .kind import Kind
from .notice import NoticeTemplate
from .procedure import Procedure

__all__ = ["Kind", "NoticeTemplate", "OfficeCalendar", "Procedure"]
