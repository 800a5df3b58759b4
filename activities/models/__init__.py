from activities.models.activity import Activity
from activities.models.booking import Booking, IdempotencyKey
from activities.models.draw import Draw
from activities.models.intake import Intake, Meeting

__all__ = ["Activity", "Booking", "Draw", "IdempotencyKey", "Intake", "Meeting"]
