"""The API's addresses."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts.api.organisations import OrganisationViewSet
from accounts.api.participants import ParticipantViewSet
from accounts.api.regions import RegionViewSet
from activities.api.activities import ActivityViewSet, IntakeViewSet, MeetingViewSet
from activities.api.bookings import BookingViewSet
from activities.api.care import CareProgramViewSet, HandoverViewSet, PickupPersonViewSet
from activities.api.draws import DrawViewSet
from activities.api.outcomes import AttendanceViewSet, OutcomeViewSet, PauseViewSet
from activities.api.publicity import BrandViewSet, DigestViewSet, NoticeViewSet, PollViewSet
from activities.api.venues import VenueBookingViewSet, VenueViewSet
from centers.api.appointments import AppointmentViewSet
from centers.api.centers import CenterViewSet
from centers.api.parts import CenterServiceViewSet, ContactViewSet, OpeningExceptionViewSet, OpeningHoursViewSet, PhotoViewSet
from centers.api.premises import LeaseViewSet, PaperViewSet, PlacementViewSet, SignViewSet, SiteViewSet
from centers.api.upgrade import CampaignViewSet, PlannedStepViewSet, ReportViewSet, TaskViewSet, VisitViewSet
from centers.api.work import (
    FeedbackViewSet,
    FindingViewSet,
    InspectionViewSet,
    MatterViewSet,
    RepairViewSet,
    StandardSetViewSet,
)
from funding.api.money import AwardViewSet, EntryViewSet, ObjectionViewSet, ProjectViewSet
from funding.api.rating import ApplicationViewSet, RoundViewSet, SchemeViewSet, SheetViewSet
from portal.api.facts import FactsView
from portal.api.me import MessageViewSet, OwnDataView
from portal.views.schema import DocsView, SchemaView
from staffing.api.duty import BalanceViewSet, DutyViewSet, LeaveViewSet, SwapViewSet
from staffing.api.people import CadreViewSet, ManagerViewSet, NeedViewSet, PartnerViewSet, PostingViewSet, SafetyViewSet
from staffing.api.roster import RosterViewSet, RunViewSet

router = SimpleRouter()
router.register("regions", RegionViewSet, "api-region")
router.register("organisations", OrganisationViewSet, "api-organisation")
router.register("participants", ParticipantViewSet, "api-participant")
router.register("centers", CenterViewSet, "api-center")
router.register("opening-hours", OpeningHoursViewSet, "api-openinghours")
router.register("opening-exceptions", OpeningExceptionViewSet, "api-openingexception")
router.register("center-services", CenterServiceViewSet, "api-centerservice")
router.register("contacts", ContactViewSet, "api-contact")
router.register("photos", PhotoViewSet, "api-photo")
router.register("standards", StandardSetViewSet, "api-standardset")
router.register("inspections", InspectionViewSet, "api-inspection")
router.register("findings", FindingViewSet, "api-finding")
router.register("repairs", RepairViewSet, "api-repairticket")
router.register("appointments", AppointmentViewSet, "api-appointment")
router.register("matters", MatterViewSet, "api-matter")
router.register("feedback", FeedbackViewSet, "api-feedback")
router.register("campaigns", CampaignViewSet, "api-campaign")
router.register("upgrade-tasks", TaskViewSet, "api-upgradetask")
router.register("planned-steps", PlannedStepViewSet, "api-plannedstep")
router.register("guidance-visits", VisitViewSet, "api-guidancevisit")
router.register("progress-reports", ReportViewSet, "api-progressreport")
router.register("candidate-sites", SiteViewSet, "api-candidatesite")
router.register("leases", LeaseViewSet, "api-lease")
router.register("placements", PlacementViewSet, "api-placementapplication")
router.register("signs", SignViewSet, "api-sign")
router.register("papers", PaperViewSet, "api-paper")
router.register("cadres", CadreViewSet, "api-cadre")
router.register("postings", PostingViewSet, "api-posting")
router.register("managers", ManagerViewSet, "api-centermanager")
router.register("safety-lists", SafetyViewSet, "api-safetylist")
router.register("duty-needs", NeedViewSet, "api-dutyneed")
router.register("rosters", RosterViewSet, "api-roster")
router.register("roster-runs", RunViewSet, "api-rosterrun")
router.register("duties", DutyViewSet, "api-duty")
router.register("leaves", LeaveViewSet, "api-leave")
router.register("swaps", SwapViewSet, "api-swap")
router.register("duty-balances", BalanceViewSet, "api-dutybalance")
router.register("partners", PartnerViewSet, "api-communitypartner")
router.register("schemes", SchemeViewSet, "api-ratingscheme")
router.register("rounds", RoundViewSet, "api-ratinground")
router.register("applications", ApplicationViewSet, "api-application")
router.register("scores", SheetViewSet, "api-sheet")
router.register("objections", ObjectionViewSet, "api-objection")
router.register("awards", AwardViewSet, "api-award")
router.register("projects", ProjectViewSet, "api-project")
router.register("ledger", EntryViewSet, "api-ledgerentry")
router.register("activities", ActivityViewSet, "api-activity")
router.register("intakes", IntakeViewSet, "api-intake")
router.register("meetings", MeetingViewSet, "api-meeting")
router.register("bookings", BookingViewSet, "api-booking")
router.register("draws", DrawViewSet, "api-draw")
router.register("outcomes", OutcomeViewSet, "api-outcome")
router.register("attendance", AttendanceViewSet, "api-attendance")
router.register("pauses", PauseViewSet, "api-pause")
router.register("venues", VenueViewSet, "api-venue")
router.register("venue-bookings", VenueBookingViewSet, "api-venuebooking")
router.register("care-programs", CareProgramViewSet, "api-careprogram")
router.register("pickup-persons", PickupPersonViewSet, "api-pickupperson")
router.register("handovers", HandoverViewSet, "api-handover")
router.register("digests", DigestViewSet, "api-digest")
router.register("notices", NoticeViewSet, "api-notice")
router.register("brands", BrandViewSet, "api-brand")
router.register("polls", PollViewSet, "api-poll")
router.register("messages", MessageViewSet, "api-message")

urlpatterns = [
    path("facts/", FactsView.as_view(), name="api-facts"),
    path("me/data/", OwnDataView.as_view(), name="api-me-data"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("", include(router.urls)),
]
