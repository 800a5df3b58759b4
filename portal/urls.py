from django.urls import path

from portal.views import board, centers, data, desk, facts, home, manager, me

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("privacy/", home.PrivacyView.as_view(), name="privacy"),
    path("elder-mode/", home.ElderModeView.as_view(), name="elder_mode"),
    path("board/", board.BoardView.as_view(), name="board"),
    path("board/table.xlsx", board.BoardExportView.as_view(), name="board_xlsx"),
    path("open-data/", facts.OpenDataView.as_view(), name="open_data"),
    path("open-data/table.xlsx", facts.OpenDataExportView.as_view(), name="open_data_xlsx"),
    path("open-data/<slug:key>/", facts.FactView.as_view(), name="fact"),
    path("open-data/<slug:key>/rows.xlsx", facts.FactExportView.as_view(), name="fact_xlsx"),
    path("centers/<int:pk>/", centers.CenterDetailView.as_view(), name="center_detail"),
    path("me/", me.MeView.as_view(), name="me"),
    path("me/inbox/", me.InboxView.as_view(), name="me_inbox"),
    path("me/data/", data.DataView.as_view(), name="me_data"),
    path("me/data/export/", data.ExportView.as_view(), name="me_export"),
    path("me/data/erase/", data.EraseView.as_view(), name="me_erase"),
    path("desk/centers/<int:pk>/today/", manager.ManagerDayView.as_view(), name="desk_manager"),
    path("desk/", desk.DeskView.as_view(), name="desk"),
]
