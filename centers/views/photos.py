"""Files through a view that checks the scope: never by a guessed address."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.generic import View

from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from centers.models import Paper, Photo, Picture


def file_answer(stored: Any, content_type: str, cache: str) -> HttpResponse | FileResponse:
    """A stored file; 404 where it is missing. Nothing in it may run or load anything."""
    try:
        file = stored.open("rb")
    except OSError as error:
        raise Http404 from error
    response: HttpResponse | FileResponse = FileResponse(file, content_type=content_type)
    response["Cache-Control"] = cache
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


class PhotoFileView(View):
    """A photograph in one size: of a published center for all, of a draft for those in whose region it lies."""

    def get(self, request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
        if size not in Photo.SIZES:
            raise Http404
        photo: Any = Photo.objects.all().visible(request.user).select_related("center").filter(pk=pk).first()
        if photo is None:
            raise Http404
        public = photo.center.published_at is not None
        return file_answer(getattr(photo, size), "image/webp", "public, max-age=86400" if public else "private, no-store")


class PictureFileView(ScopedMixin, View):
    """A picture of work in one size, for those in whose region the work lies."""

    model = Picture
    desk = True

    def tuned(self, rows: Any) -> Any:
        """A stranger's picture that nobody has looked at yet is for those who look after repairs."""
        return rows if prefixes(self.request.user, "centers.view_repairticket") else rows.filter(hidden=False)

    def get(self, request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
        if size not in Picture.SIZES:
            raise Http404
        picture = get_object_or_404(self.get_queryset(), pk=pk)
        return file_answer(getattr(picture, size), "image/webp", "private, no-store")


class PaperFileView(ScopedMixin, View):
    """A paper, to be saved under the name it came with."""

    model: Any = Paper
    desk = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        paper = get_object_or_404(self.get_queryset(), pk=pk)
        response = file_answer(paper.file, paper.content_type, "private, no-store")
        response["Content-Disposition"] = content_disposition_header(True, paper.name) or "attachment"
        return response
