from rest_framework import mixins

from accounts.api.base import ScopedSerializer, ScopedViewSet
from accounts.models import Organisation


class OrganisationSerializer(ScopedSerializer):
    class Meta:
        model = Organisation
        fields = ["id", "name", "code", "kind", "region", "phone"]


class OrganisationViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, ScopedViewSet):
    """The units that centers deal with."""

    model = Organisation
    serializer_class = OrganisationSerializer
    filterset_fields = ["kind", "region"]
    search_fields = ["name", "code"]
    ordering_fields = ["name", "id"]
