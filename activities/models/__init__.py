from activities.models.activity import Activity
from activities.models.attendance import Attendance, Pause
from activities.models.booking import Booking, IdempotencyKey
from activities.models.brand import Brand, Roadshow
from activities.models.care import CareProgram
from activities.models.digest import Digest, DigestItem
from activities.models.draw import Draw
from activities.models.feed import CalendarFeed
from activities.models.handover import CareNote, Handover, PickupPerson
from activities.models.intake import Intake, Meeting
from activities.models.outcome import Outcome
from activities.models.poll import Poll, PollOption, PollTally, PollVoter
from activities.models.survey import Survey, SurveyAnswer
from activities.models.venue import SharedResource, Venue, VenueBooking, VenueSlot

__all__ = [
    "Activity",
    "Attendance",
    "Booking",
    "Brand",
    "CalendarFeed",
    "CareNote",
    "CareProgram",
    "Digest",
    "DigestItem",
    "Draw",
    "Handover",
    "IdempotencyKey",
    "Intake",
    "Meeting",
    "Outcome",
    "Pause",
    "PickupPerson",
    "Poll",
    "PollOption",
    "PollTally",
    "PollVoter",
    "Roadshow",
    "SharedResource",
    "Survey",
    "SurveyAnswer",
    "Venue",
    "VenueBooking",
    "VenueSlot",
]
