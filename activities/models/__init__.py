from activities.models.activity import Activity
from activities.models.attendance import Attendance, Pause
from activities.models.booking import Booking, IdempotencyKey
from activities.models.draw import Draw
from activities.models.feed import CalendarFeed
from activities.models.intake import Intake, Meeting
from activities.models.outcome import Outcome

__all__ = ["Activity", "Attendance", "Booking", "CalendarFeed", "Draw", "IdempotencyKey", "Intake", "Meeting", "Outcome", "Pause"]
