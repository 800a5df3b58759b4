"""The smallest Django that answers: one view, no middleware, no database. What the portal's own work is compared with."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("healthz", bare)]
settings.configure(SECRET_KEY="bare" * 13, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, MIDDLEWARE=[], DATABASES={})
application = get_wsgi_application()
