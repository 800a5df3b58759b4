from centers.models.appointment import Appointment
from centers.models.center import Center, CenterService, Contact
from centers.models.feedback import Feedback
from centers.models.finding import Finding
from centers.models.hours import OpeningException, OpeningHours
from centers.models.inspection import Inspection, InspectionAnswer
from centers.models.matter import Matter
from centers.models.photo import Photo
from centers.models.picture import Paper, Picture
from centers.models.placement import PlacementApplication, Sign
from centers.models.premises import CandidateSite, Lease
from centers.models.progress import CycleRun, MonthSnapshot, ProgressReport, SnapshotLine
from centers.models.repair import Escalation, RepairTicket
from centers.models.standard import Standard, StandardItem, StandardSet
from centers.models.upgrade import Campaign, ClosurePhoto, GuidanceVisit, PlannedStep, UpgradeTask

__all__ = [
    "Appointment",
    "Campaign",
    "CandidateSite",
    "Center",
    "CenterService",
    "ClosurePhoto",
    "Contact",
    "CycleRun",
    "Escalation",
    "Feedback",
    "Finding",
    "GuidanceVisit",
    "Inspection",
    "InspectionAnswer",
    "Lease",
    "Matter",
    "MonthSnapshot",
    "OpeningException",
    "OpeningHours",
    "Paper",
    "Photo",
    "Picture",
    "PlacementApplication",
    "PlannedStep",
    "ProgressReport",
    "RepairTicket",
    "Sign",
    "SnapshotLine",
    "Standard",
    "StandardItem",
    "StandardSet",
    "UpgradeTask",
]
