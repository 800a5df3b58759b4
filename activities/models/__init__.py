from activities.models.activity import Activity
from activities.models.booking import Booking, IdempotencyKey
from activities.models.intake import Intake, Meeting

__all__ = ["Activity", "Booking", "IdempotencyKey", "Intake", "Meeting"]
