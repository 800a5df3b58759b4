"""The API's addresses."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts.api.organisations import OrganisationViewSet
from accounts.api.participants import ParticipantViewSet
from accounts.api.regions import RegionViewSet
from activities.api.activities import ActivityViewSet, IntakeViewSet, MeetingViewSet
from activities.api.bookings import BookingViewSet
from centers.api.centers import CenterViewSet
from centers.api.parts import CenterServiceViewSet, ContactViewSet, OpeningExceptionViewSet, OpeningHoursViewSet, PhotoViewSet
from portal.api.me import MessageViewSet, OwnDataView
from portal.views.schema import DocsView, SchemaView

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
router.register("activities", ActivityViewSet, "api-activity")
router.register("intakes", IntakeViewSet, "api-intake")
router.register("meetings", MeetingViewSet, "api-meeting")
router.register("bookings", BookingViewSet, "api-booking")
router.register("messages", MessageViewSet, "api-message")

urlpatterns = [
    path("me/data/", OwnDataView.as_view(), name="api-me-data"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("", include(router.urls)),
]
