"""Files through a view that checks the scope: never by a guessed address."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.generic import View

from centers.models import Photo


class PhotoFileView(View):
    """A photograph in one size: of a published center for all, of a draft for those in whose region it lies."""

    def get(self, request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
        if size not in Photo.SIZES:
            raise Http404
        photo: Any = Photo.objects.all().visible(request.user).select_related("center").filter(pk=pk).first()
        if photo is None:
            raise Http404
        public = photo.center.published_at is not None
        try:
            file = getattr(photo, size).open("rb")
        except OSError as error:
            raise Http404 from error
        response: HttpResponse | FileResponse = FileResponse(file, content_type="image/webp")
        response["Cache-Control"] = "public, max-age=86400" if public else "private, no-store"
        response["Content-Security-Policy"] = "default-src 'none'"
        return response
