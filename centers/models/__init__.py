from centers.models.center import Center, CenterService, Contact
from centers.models.hours import OpeningException, OpeningHours
from centers.models.photo import Photo

__all__ = ["Center", "CenterService", "Contact", "OpeningException", "OpeningHours", "Photo"]
