from django.urls import path

from centers.views import centers, desk, photos

urlpatterns = [
    path("centers/", centers.CenterListView.as_view(), name="center_list"),
    path("photos/<int:pk>/<slug:size>/", photos.PhotoFileView.as_view(), name="photo_file"),
    path("desk/centers/", desk.CentersView.as_view(), name="desk_centers"),
    path("desk/centers/<int:pk>/", desk.CenterView.as_view(), name="desk_center"),
    path("desk/centers/<int:pk>/facts/", desk.FactsView.as_view(), name="desk_center_facts"),
    path("desk/centers/<int:pk>/publish/", desk.PublishView.as_view(), name="desk_center_publish"),
    path("desk/centers/<int:center>/<slug:part>/add/", desk.PartAddView.as_view(), name="desk_part_add"),
    path("desk/centers/<int:center>/<slug:part>/<int:pk>/", desk.PartEditView.as_view(), name="desk_part_edit"),
    path("desk/centers/<int:center>/<slug:part>/<int:pk>/delete/", desk.PartDeleteView.as_view(), name="desk_part_delete"),
]
