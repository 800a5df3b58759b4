"""The parts of a center by API: hours, exceptions, services, contacts, photos."""

from typing import Any

from django.core.files.base import ContentFile
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from accounts.api.base import CreateMixin, DestroyMixin, ScopedSerializer, ScopedViewSet, UpdateMixin
from centers import photos
from centers.models import CenterService, Contact, OpeningException, OpeningHours, Photo


class PartViewSet(CreateMixin, UpdateMixin, DestroyMixin, ScopedViewSet):
    """Rows as visible as their center."""

    public = True
    filterset_fields = ["center"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("center", "id")


class OpeningHoursSerializer(ScopedSerializer):
    class Meta:
        model = OpeningHours
        fields = ["id", "center", "day_type", "kind", "opens", "closes"]


class OpeningHoursViewSet(PartViewSet):
    """Windows by type of day; make-up workdays follow workdays."""

    model = OpeningHours
    serializer_class = OpeningHoursSerializer


class OpeningExceptionSerializer(ScopedSerializer):
    class Meta:
        model = OpeningException
        fields = ["id", "center", "first_day", "last_day", "closed", "opens", "closes", "note"]


class OpeningExceptionViewSet(PartViewSet):
    """Days that differ; the shortest exception wins."""

    model = OpeningException
    serializer_class = OpeningExceptionSerializer


class CenterServiceSerializer(ScopedSerializer):
    class Meta:
        model = CenterService
        fields = ["id", "center", "kind", "title", "detail"]


class CenterServiceViewSet(PartViewSet):
    """What can be had at a center."""

    model = CenterService
    serializer_class = CenterServiceSerializer


class ContactSerializer(ScopedSerializer):
    class Meta:
        model = Contact
        fields = ["id", "center", "name", "position", "phone", "public"]


class ContactViewSet(PartViewSet):
    """Persons to ask: for the center's own officers; public ones stand on its page."""

    model = Contact
    public = False
    serializer_class = ContactSerializer


class PhotoSerializer(ScopedSerializer):
    file = serializers.FileField(write_only=True, help_text="JPG、PNG 或 WebP，最大 8 MB、4000 万像素")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = ["id", "center", "caption", "width", "height", "url", "file", "uploaded_at"]
        read_only_fields = ["width", "height", "uploaded_at"]

    def get_url(self, photo: Photo) -> str:
        return f"/photos/{photo.pk}/medium/"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        upload = attrs.pop("file", None)
        if upload is not None:
            try:
                self.sizes = photos.derive(photos.content(upload), Photo.SIZES)
            except photos.ValidationError as error:
                raise serializers.ValidationError({"file": error.messages}) from error
            attrs |= {"width": self.sizes.width, "height": self.sizes.height}
        return super().validate(attrs)

    def create(self, validated_data: dict[str, Any]) -> Photo:
        photo = Photo(**validated_data)
        for size, content in self.sizes.files.items():
            getattr(photo, size).save("x.webp", ContentFile(content), save=False)
        photo.save()
        return photo


class PhotoViewSet(CreateMixin, DestroyMixin, ScopedViewSet):
    """Photographs; uploads are multipart, re-encoded, without their EXIF."""

    model = Photo
    public = True
    serializer_class = PhotoSerializer
    parser_classes = [MultiPartParser]
    filterset_fields = ["center"]
    ordering_fields = ["id"]

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region").order_by("center", "id")

    def perform_destroy(self, instance: Any) -> None:
        files = [getattr(instance, size) for size in Photo.SIZES]
        super().perform_destroy(instance)
        for file in files:
            file.storage.delete(file.name)
