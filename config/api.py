"""The API's addresses."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts.api.organisations import OrganisationViewSet
from accounts.api.participants import ParticipantViewSet
from accounts.api.regions import RegionViewSet
from activities.api.activities import ActivityViewSet, IntakeViewSet, MeetingViewSet
from activities.api.bookings import BookingViewSet
from activities.door import booking_door
from centers.api.centers import CenterViewSet
from portal.views.schema import DocsView, SchemaView

router = SimpleRouter()
router.register("regions", RegionViewSet, "api-region")
router.register("organisations", OrganisationViewSet, "api-organisation")
router.register("participants", ParticipantViewSet, "api-participant")
router.register("centers", CenterViewSet, "api-center")
router.register("activities", ActivityViewSet, "api-activity")
router.register("intakes", IntakeViewSet, "api-intake")
router.register("meetings", MeetingViewSet, "api-meeting")
router.register("bookings", BookingViewSet, "api-booking")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("bookings/", booking_door(BookingViewSet.as_view({"get": "list", "post": "create"})), name="api-booking-list"),
    path("", include(router.urls)),
]
