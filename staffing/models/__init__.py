from staffing.models.cadre import Cadre, Posting
from staffing.models.duty import Duty, DutyBalance, Shift
from staffing.models.leave import Leave
from staffing.models.manager import CenterManager, SafetyList
from staffing.models.partner import CommunityPartner
from staffing.models.roster import DutyNeed, Roster, RosterRun
from staffing.models.swap import Swap

__all__ = [
    "Cadre",
    "CenterManager",
    "CommunityPartner",
    "Duty",
    "DutyBalance",
    "DutyNeed",
    "Leave",
    "Posting",
    "Roster",
    "RosterRun",
    "SafetyList",
    "Shift",
    "Swap",
]
