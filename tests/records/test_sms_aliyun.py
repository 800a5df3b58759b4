"""The SMS adapter over real HTTP, against a provider of our own on this machine."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from django.utils import timezone

from records import outbox, sms
from records.models import Message
from tests import make

OK = json.dumps({"Code": "OK", "BizId": "biz-1", "Message": "OK"})
State = Message.State


class Fake(ThreadingHTTPServer):
    """Answers what ``answer`` says: a body, "" closes without a word, None never answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: str | None = OK
        self.seen: list[dict[str, str]] = []
        self.release = Event()

    @property
    def address(self) -> str:
        return f"aliyun+http://key:se%2Fcret@127.0.0.1:{self.server_address[1]}/?sign=党群&code=SMS_1&notice=SMS_2"


class Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append(dict(parse_qsl(body)))
        if self.server.answer is None:
            self.server.release.wait(20)
        if not self.server.answer:
            self.close_connection = True
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def fake(settings: Any) -> Iterator[Fake]:
    server = Fake()
    Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = server.address
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


def delivered(**fields: Any) -> Message:
    row = make.message(channel=Message.Channel.SMS, **fields)
    outbox.deliver_due()
    row.refresh_from_db()
    return row


def test_a_code_goes_out_signed_as_aliyun_wants(fake: Fake) -> None:
    assert sms.provider().code("+8613900000001", "123456", "c1") == "biz-1"
    sent = fake.seen[0]
    signature = sent.pop("Signature")
    assert (sent["PhoneNumbers"], sent["TemplateCode"], sent["SignName"]) == ("13900000001", "SMS_1", "党群")
    assert json.loads(sent["TemplateParam"]) == {"code": "123456"}

    def encoded(text: str) -> str:
        return quote(text, safe="~")

    query = "&".join(f"{encoded(name)}={encoded(sent[name])}" for name in sorted(sent))
    mac = hmac.new(b"se/cret&", f"POST&%2F&{encoded(query)}".encode(), hashlib.sha1)
    assert signature == base64.b64encode(mac.digest()).decode()


@pytest.mark.django_db
def test_a_notice_is_sent_with_our_id_as_the_nonce(fake: Fake) -> None:
    row = delivered()
    assert (row.state, row.provider_id) == (State.SENT, "biz-1")
    assert fake.seen[0]["SignatureNonce"] == f"portal-m{row.pk}"
    assert fake.seen[0]["OutId"] == f"m{row.pk}"


@pytest.mark.django_db
def test_a_nonce_seen_before_means_that_the_message_went_out(fake: Fake) -> None:
    fake.answer = json.dumps({"Code": "SignatureNonceUsed"})
    assert delivered().state == State.SENT


@pytest.mark.django_db
def test_a_killed_worker_s_message_is_repeated_and_the_provider_recognises_it(fake: Fake) -> None:
    fake.answer = json.dumps({"Code": "SignatureNonceUsed"})
    row = delivered(state=State.SENDING, claimed_at=timezone.now() - timedelta(minutes=6))
    assert (row.state, len(fake.seen)) == (State.SENT, 1)


@pytest.mark.django_db
def test_a_refusal_of_the_provider_is_tried_again(fake: Fake) -> None:
    fake.answer = json.dumps({"Code": "isv.BUSINESS_LIMIT_CONTROL"})
    row = delivered()
    assert (row.state, row.attempts, row.error) == (State.PENDING, 1, "isv.BUSINESS_LIMIT_CONTROL")


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["", "<html>502</html>"], ids=["closed without a word", "no json"])
def test_an_answer_that_nobody_understands_leaves_unknown(fake: Fake, answer: str) -> None:
    fake.answer = answer
    row = delivered()
    assert (row.state, len(fake.seen)) == (State.UNKNOWN, 1)


@pytest.mark.django_db
def test_a_time_out_leaves_unknown(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(http.client.HTTPConnection):
        def __init__(self, host: str, port: int | None, timeout: float) -> None:
            super().__init__(host, port, timeout=0.2)

    monkeypatch.setattr("records.sms.http.client.HTTPConnection", Impatient)
    fake.answer = None
    row = delivered()
    assert (row.state, row.error, len(fake.seen)) == (State.UNKNOWN, "TimeoutError", 1)


@pytest.mark.django_db
def test_a_refused_connection_is_tried_again(settings: Any) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody answers here
        taken.bind(("127.0.0.1", 0))
        settings.SMS_URL = f"aliyun+http://key:secret@127.0.0.1:{taken.getsockname()[1]}/?sign=x&code=y&notice=z"
        row = delivered()
    assert (row.state, row.attempts) == (State.PENDING, 1)
    assert "ConnectionRefusedError" in row.error


def test_the_console_shows_no_code_and_no_number(settings: Any, capfd: pytest.CaptureFixture[str], caplog: Any) -> None:
    settings.SMS_URL, settings.DEBUG = "console:", False
    sms.provider().code("+8613912345678", "654321", "c1")
    sms.provider().notice("+8613912345678", "text", "m1")
    said = "".join(capfd.readouterr()) + caplog.text
    assert "654321" not in said
    assert "13912345678" not in said
