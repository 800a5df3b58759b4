from accounts.models.consent import ConsentRecord
from accounts.models.door import LockoutRow, LoginCode
from accounts.models.grant import Grant
from accounts.models.guardianship import Guardianship
from accounts.models.importing import ImportJob
from accounts.models.organisation import Organisation
from accounts.models.participant import Participant
from accounts.models.region import Region
from accounts.models.user import User

__all__ = [
    "ConsentRecord",
    "Grant",
    "Guardianship",
    "ImportJob",
    "LockoutRow",
    "LoginCode",
    "Organisation",
    "Participant",
    "Region",
    "User",
]
