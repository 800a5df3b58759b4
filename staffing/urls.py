from django.urls import path

from staffing.views import hall, own, people, public, roster

urlpatterns = [
    path("centers/<int:pk>/duty/", public.RosterPageView.as_view(), name="center_duty"),
    path("centers/<int:pk>/duty.pdf", public.WallView.as_view(), name="center_duty_pdf"),
    path("me/duties/", own.MyDutiesView.as_view(), name="me_duties"),
    path("me/duties/<int:pk>/swap/", own.OwnSwapView.as_view(), name="me_swap"),
    path("me/leaves/new/", own.OwnLeaveView.as_view(), name="me_leave_new"),
    path("me/<slug:what>/<int:pk>/steps/<slug:step>/", own.OwnStepView.as_view(), name="me_step"),
    path("desk/hall/", hall.HallView.as_view(), name="desk_hall"),
    path("desk/duty-board/", hall.BoardView.as_view(), name="desk_duty_board"),
    path("desk/rosters/<int:pk>/", roster.RosterView.as_view(), name="desk_roster"),
    path("desk/rosters/<int:pk>/make/", roster.MakeView.as_view(), name="desk_roster_make"),
    path("desk/rosters/<int:pk>/replan/", roster.ReplanView.as_view(), name="desk_roster_replan"),
    path("desk/shifts/<int:pk>/", roster.ShiftView.as_view(), name="desk_shift"),
    path("desk/roster-runs/", roster.RunsView.as_view(), name="desk_roster_runs"),
    path("desk/roster-runs/<int:pk>/", roster.RunView.as_view(), name="desk_roster_run"),
    path("desk/elections/", people.ElectionView.as_view(), name="desk_elections"),
    path("desk/managers/missing/", people.MissingView.as_view(), name="desk_managers_missing"),
    path("desk/cadres/<int:pk>/unmask/", people.UnmaskView.as_view(), name="desk_cadre_unmask"),
]
