from django.urls import path

from activities.views import activities, bookings, desk, desk_bookings, draws

urlpatterns = [
    path("activities/", activities.ActivityListView.as_view(), name="activity_list"),
    path("activities/<int:pk>/", activities.ActivityDetailView.as_view(), name="activity_detail"),
    path("activities/<int:activity>/book/<int:pk>/", bookings.BookView.as_view(), name="activity_book"),
    path("activities/<int:pk>/book-all/", bookings.SeriesView.as_view(), name="activity_book_all"),
    path("draws/<int:pk>/", draws.DrawView.as_view(), name="draw"),
    path("draws/<int:pk>/evidence.json", draws.EvidenceView.as_view(), name="draw_evidence"),
    path("b/<slug:code>/", bookings.BookingView.as_view(), name="me_booking"),
    path("b/<slug:code>/cancel/", bookings.CancelView.as_view(), name="me_booking_cancel"),
    path("b/<slug:code>/accept/", bookings.AcceptView.as_view(), name="me_booking_accept"),
    path("b/<slug:code>/calendar.ics", bookings.CalendarView.as_view(), name="me_booking_ics"),
    path("me/bookings/", bookings.BookingListView.as_view(), name="me_bookings"),
    path("desk/activities/", desk.ActivitiesView.as_view(), name="desk_activities"),
    path("desk/activities/new/", desk.OpenView.as_view(), name="desk_activity_new"),
    path("desk/activities/<int:pk>/", desk.ActivityView.as_view(), name="desk_activity"),
    path("desk/activities/<int:pk>/edit/", desk.EditView.as_view(), name="desk_activity_edit"),
    path("desk/activities/<int:pk>/steps/<slug:name>/", desk.StepView.as_view(), name="desk_activity_step"),
    path("desk/intakes/<int:pk>/", desk.IntakeEditView.as_view(), name="desk_intake"),
    path("desk/intakes/<int:pk>/meetings/", desk.MeetingAddView.as_view(), name="desk_meeting_add"),
    path("desk/intakes/<int:pk>/bookings/", desk_bookings.BookingsView.as_view(), name="desk_bookings"),
    path("desk/intakes/<int:pk>/draw/announce/", draws.AnnounceView.as_view(), name="desk_draw_announce"),
    path("desk/intakes/<int:pk>/draw/change/", draws.ReannounceView.as_view(), name="desk_draw_change"),
    path("desk/intakes/<int:pk>/draw/", draws.NumberView.as_view(), name="desk_draw"),
    path("desk/bookings/<int:pk>/priority/", desk_bookings.PriorityView.as_view(), name="desk_booking_priority"),
    path("desk/intakes/<int:pk>/book/", desk_bookings.BookForView.as_view(), name="desk_book"),
]
