from accounts.api.base import CreateMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from accounts.models import Organisation


class OrganisationSerializer(ScopedSerializer):
    class Meta:
        model = Organisation
        fields = ["id", "name", "code", "kind", "region", "phone"]


class OrganisationViewSet(CreateMixin, UpdateMixin, ScopedViewSet):
    """The units that centers deal with."""

    model = Organisation
    serializer_class = OrganisationSerializer
    filterset_fields = ["kind", "region"]
    search_fields = ["name", "code"]
    ordering_fields = ["name", "id"]
