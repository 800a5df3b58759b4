"""A resident's own data and messages by API."""

from typing import Any

from django.contrib.auth import logout
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.scope import grants_of
from portal import personal
from records import audit
from records.models import Message


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = ["id", "kind", "subject", "body", "link", "created_at", "read_at"]
        read_only_fields = fields


class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Message]):
    """One's own inbox."""

    serializer_class = MessageSerializer
    permission_classes = [IsAuthenticated]
    filterset_fields = ["kind"]
    ordering_fields = ["id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        return Message.objects.inbox(self.request.user)


class OwnDataView(APIView):
    """Everything the portal holds about the account and its family; DELETE erases it at once."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Exports."""
        user: Any = request.user
        audit.write("accounts.export_own", by=user, on=user)
        return Response(personal.export(user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Erases; an officer's account is ended by the security administrator."""
        user: Any = request.user
        if grants_of(User.objects.get(pk=user.pk)):
            raise PermissionDenied
        personal.erase(user)
        logout(request._request)  # else the browser's session would be saved again, and found gone
        return Response(status=204)
