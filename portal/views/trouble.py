"""Errors in plain words: as a page to people, as a problem to programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.api.problems import problem


def answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(problem(status, code, detail), status=status, content_type="application/problem+json")
    if status == 500:
        return HttpResponse(render_to_string("500.html"), status=500)
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 400, "bad_request", _("这个请求读不懂。"))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 403, "permission_denied", _("您的账号没有这项权限。"))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 404, "not_found", _("没有这个页面，或不在您的区域。"))


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500, "error", _("系统出错了，我们已经记下。请稍后再试。"))
