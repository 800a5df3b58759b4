"""The report's figure from the demonstration's own rows: 21 organisations share 57,700.00 m²."""

from decimal import Decimal

from django.db.models import Count, Sum

from activities.models import SharedResource, Venue, VenueBooking, VenueSlot


def test_21_organisations_share_57700_square_metres(district: str) -> None:
    figures = SharedResource.objects.active().aggregate(units=Count("organisation", distinct=True), area=Sum("area"))
    assert figures == {"units": 21, "area": Decimal("57700.00")}
    assert Venue.objects.published().filter(resource__isnull=False).values("resource").distinct().count() == 21


def test_the_demonstrations_rows_pass_their_own_checks(district: str) -> None:
    for row in SharedResource.objects.select_related("region", "center__region", "organisation"):
        row.full_clean()
    for booking in VenueBooking.objects.select_related("venue__parent", "venue__center", "venue__resource", "asked_by")[:60]:
        booking.full_clean()
    holding = VenueBooking.objects.holding().values("pk")
    assert set(VenueSlot.objects.filter(holding=True).values_list("booking_id", flat=True)) == {row["pk"] for row in holding}
    assert Venue.objects.filter(parent__isnull=False).exists() and VenueBooking.objects.filter(state="requested").exists()
