"""Photographs of a center: re-encoded on the way in, served only through a view that checks the scope."""

import secrets

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from centers.models.center import Center, PartQuerySet
from records import data_class


def photo_path(instance: "Photo", filename: str) -> str:
    """A name that says nothing and can't be guessed."""
    return f"photos/{timezone.localdate():%Y/%m}/{secrets.token_hex(16)}.webp"


@pghistory.track(exclude=["small", "medium", "large"])
class Photo(models.Model):
    """One picture in three widths (320, 800, 1600 px), WebP, upright, without EXIF."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION
    SIZES = {"small": 320, "medium": 800, "large": 1600}

    center = models.ForeignKey(Center, models.CASCADE, related_name="photos", verbose_name=_("所属中心"))
    caption = models.CharField(_("图片说明"), max_length=80)
    small = models.FileField(upload_to=photo_path, editable=False)
    medium = models.FileField(upload_to=photo_path, editable=False)
    large = models.FileField(upload_to=photo_path, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        ordering = ["center", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(width__gt=0, height__gt=0), name="photo_has_size", violation_error_message=_("照片的尺寸不对。")
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
