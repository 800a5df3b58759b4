"""A tiny server that plays the portal for an inspection: it can lose an answer, end a session, and counts what reached it."""

import email
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings

POLICY = "; ".join(f"{name} {' '.join(where)}" for name, where in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items())
WORDS = ("saved", "offline", "sending", "sent", "failed", "restored", "login", "returned", "waiting", "draft")
SAID = " ".join(f'data-words-{word}="[{word}]"' for word in WORDS)
ANSWERS = ("met", "not_met", "na", "unknown")


@dataclass
class Desk:
    """What reached the server, and how it behaves next."""

    url: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    inspections: dict[str, dict[str, Any]] = field(default_factory=dict)
    lose_answers: int = 0
    session_over: bool = False
    broken: bool = False


def item(number: int) -> str:
    radios = "".join(f"<label><input type=radio name=item-{number}-result value={a}>{a}{number}</label>" for a in ANSWERS)
    return (
        f"<fieldset class=item data-item><legend>第{number}项</legend><div class=answers>{radios}</div>"
        f"<label>说明{number} <textarea name=item-{number}-remark></textarea></label>"
        f"<label class=photo-take>照片{number}<input type=file name=item-{number}-photo></label>"
        f'<div class=photo-list data-photo="item-{number}-photo"></div></fieldset>'
    )


def form(error: str) -> str:
    return (
        f'<form data-draft=inspection data-draft-key="inspection:7:self" data-draft-title="光南社区中心" {SAID} method=post '
        f'enctype=multipart/form-data action="/desk/inspections/new/">{error}<input type=hidden name=csrfmiddlewaretoken value=stale>'
        f'<input type=hidden name=client_uuid value="{uuid.uuid4()}"><input type=hidden name=kind value=self>'
        f"<label>备注 <textarea name=remark></textarea></label>{item(1)}{item(2)}{item(3)}<div class=inspect-bar>"
        '<p data-filled="已填 {done} / {all}"></p><progress data-filled-bar></progress><p role=status data-draft-status></p>'
        "<button type=button data-draft-discard hidden>重新填写</button><button>提交</button></div></form>"
    )


LIST = (
    f"<section data-drafts-list hidden {SAID}><ul data-draft-rows></ul><template data-draft-row><li>"
    "<a data-draft-open><b data-draft-name></b></a><time data-draft-when></time> <span data-draft-state></span>"
    "<button type=button data-draft-send>现在发送</button></li></template></section>"
)


def page(who: str, main: str) -> bytes:
    leave = "<form method=post action=/logout/><button>退出</button></form>" if who else "<p>未登录</p>"
    scripts = "".join(f"<script src=/static/js/{name}.js defer></script>" for name in ("portal", "draft", "inspect"))
    styles = "".join(f"<link rel=stylesheet href=/static/css/{name}.css>" for name in ("tokens", "base", "components", "forms", "inspect"))
    head = f'<meta charset=utf-8><meta name=viewport content="width=device-width"><title>t</title><link rel=icon href="data:,">{styles}'
    user = f" data-user={who}" if who else ""
    return f"<!doctype html><html lang=zh>{head}{scripts}<body{user}>{leave}<main><div class=wrap>{main}</div></main>".encode()


def parts(kind: str, body: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            found[name] = part.get_payload(decode=True) if part.get_filename() else part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    return found


class Handler(BaseHTTPRequestHandler):
    desk: Desk

    def log_message(self, *arguments: object) -> None:
        """Silence."""

    def who(self) -> str:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("who")
        return "" if self.desk.session_over or cookie is None else cookie.value

    def reply(self, body: bytes, kind: str = "text/html", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": POLICY, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            kind = "text/css" if self.path.endswith(".css") else "text/javascript"
            self.reply((settings.BASE_DIR / self.path.lstrip("/")).read_bytes(), kind)
        elif self.path == "/desk/inspections/new/":
            self.reply(page(self.who(), form("")))
        elif self.path == "/desk/inspections/":
            self.reply(page(self.who(), "<h1>检查</h1>" + LIST))
        else:
            self.reply(page(self.who(), f"<h1>{self.path}</h1>"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/logout/":
            return self.reply(b"", status=302, Location="/", **{"Set-Cookie": "who=; Max-Age=0; Path=/"})
        if not self.who():
            return self.reply(b"", status=302, Location="/login/?next=/")
        if self.desk.broken:
            return self.reply(b"sorry", status=503)
        data = parts(self.headers["Content-Type"], body)
        self.desk.posts.append(data)
        self.desk.tokens.append(self.headers.get("X-CSRFToken", ""))
        if data["remark"] == "bad":
            return self.reply(page(self.who(), form("<div class=errors tabindex=-1 id=errors>请补充说明</div>")), status=400)
        self.desk.inspections.setdefault(data["client_uuid"], data)
        if self.desk.lose_answers:
            self.desk.lose_answers -= 1
            return self.connection.close()
        return self.reply(b"", status=302, Location=f"/desk/inspections/{data['client_uuid']}/")


@contextmanager
def open_desk() -> Iterator[Desk]:
    desk = Desk()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"desk": desk}))
    desk.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
