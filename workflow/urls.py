from django.urls import path, register_converter

from workflow import views
from workflow.nouns import NOUNS


class NounConverter:
    """The slug of a noun that the desk knows; read once, when every app has declared its own."""

    regex = "|".join(sorted(NOUNS, key=len, reverse=True)) or "-"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NounConverter, "noun")

urlpatterns = [
    path("desk/<noun:noun>/", views.NounListView.as_view(), name="desk_nouns"),
    path("desk/<noun:noun>/add/", views.NounAddView.as_view(), name="desk_noun_add"),
    path("desk/<noun:noun>/<int:pk>/", views.NounDetailView.as_view(), name="desk_noun"),
    path("desk/<noun:noun>/<int:pk>/edit/", views.NounEditView.as_view(), name="desk_noun_edit"),
    path("desk/<noun:noun>/<int:pk>/steps/<slug:step>/", views.NounStepView.as_view(), name="desk_step"),
]
