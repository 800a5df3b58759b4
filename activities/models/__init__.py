from activities.models.activity import Activity
from activities.models.attendance import Attendance, Pause
from activities.models.booking import Booking, IdempotencyKey
from activities.models.draw import Draw
from activities.models.feed import CalendarFeed
from activities.models.intake import Intake, Meeting
from activities.models.outcome import Outcome
from activities.models.survey import Survey, SurveyAnswer
from activities.models.venue import SharedResource, Venue, VenueBooking, VenueSlot

__all__ = [
    "Activity",
    "Attendance",
    "Booking",
    "CalendarFeed",
    "Draw",
    "IdempotencyKey",
    "Intake",
    "Meeting",
    "Outcome",
    "Pause",
    "SharedResource",
    "Survey",
    "SurveyAnswer",
    "Venue",
    "VenueBooking",
    "VenueSlot",
]
