"""Text messages: Aliyun's SendSms behind ``SMS_URL``, and a console for trying out.

``SMS_URL=aliyun://KEY:SECRET@dysmsapi.aliyuncs.com/?sign=…&code=SMS_1&notice=SMS_2`` (``aliyun+http://`` for a local fake).
Aliyun refuses a signature nonce that it has seen, so our id as the nonce makes sending again harmless.
"""

import base64
import hashlib
import hmac
import http.client
import json
import logging
import sys
from datetime import UTC
from functools import lru_cache
from typing import Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.conf import settings
from django.utils import timezone

log = logging.getLogger(__name__)


class Refused(Exception):
    """The provider has surely not sent the message; it may be tried again."""


class Provider(Protocol):
    deduplicates: bool

    def code(self, phone: str, code: str, identifier: str) -> str: ...

    def notice(self, phone: str, text: str, identifier: str) -> str: ...


class Console:
    """Writes notices to standard error; a login code is shown to nobody (the demonstration's page shows its own)."""

    deduplicates = False

    def code(self, phone: str, code: str, identifier: str) -> str:
        if settings.DEBUG and not settings.TESTING:
            sys.stderr.write(f"[sms] code for ****{phone[-4:]}: {code}\n")
        return identifier

    def notice(self, phone: str, text: str, identifier: str) -> str:
        log.info("[sms] to ****%s: message %s", phone[-4:], identifier)
        return identifier


class Aliyun:
    """Alibaba Cloud Short Message Service, RPC signature 1.0 (API version 2017-05-25)."""

    deduplicates = True

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        options = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.key, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.host, self.port, self.plain = parts.hostname or "", parts.port, parts.scheme.endswith("+http")
        self.sign, self.templates = options.get("sign", ""), {"code": options.get("code", ""), "notice": options.get("notice", "")}

    def code(self, phone: str, code: str, identifier: str) -> str:
        return self._send(phone, self.templates["code"], {"code": code}, identifier)

    def notice(self, phone: str, text: str, identifier: str) -> str:
        return self._send(phone, self.templates["notice"], {"text": text}, identifier)

    def signed(self, parameters: dict[str, str]) -> str:
        """The query with its signature: HMAC-SHA1 over the sorted, percent-encoded parameters."""
        query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(parameters.items()))
        text = f"POST&%2F&{quote(query, safe='~')}"
        mac = hmac.new(f"{self.secret}&".encode(), text.encode(), hashlib.sha1).digest()
        return f"Signature={quote(base64.b64encode(mac).decode(), safe='~')}&{query}"

    def _send(self, phone: str, template: str, values: dict[str, str], identifier: str) -> str:
        parameters = {
            "AccessKeyId": self.key,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": identifier,
            "PhoneNumbers": phone.removeprefix("+86"),
            "SignName": self.sign,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": f"portal-{identifier}",
            "SignatureVersion": "1.0",
            "TemplateCode": template,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "Timestamp": timezone.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        answer = self._post(self.signed(parameters))
        if answer.get("Code") == "SignatureNonceUsed":
            return identifier  # an earlier try of ours arrived
        if answer.get("Code") != "OK":
            raise Refused(str(answer.get("Code") or "no code"))
        return str(answer.get("BizId", ""))[:80]

    def _post(self, body: str) -> dict[str, object]:
        kind = http.client.HTTPConnection if self.plain else http.client.HTTPSConnection
        link = kind(self.host, self.port, timeout=8)
        try:
            link.connect()
        except OSError as error:
            raise Refused(f"can't connect: {type(error).__name__}") from error
        try:
            link.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer: dict[str, object] = json.loads(link.getresponse().read())
            return answer
        finally:
            link.close()


@lru_cache
def _provider(address: str) -> Provider:
    return Aliyun(address) if address.startswith("aliyun") else Console()


def provider() -> Provider:
    """The provider that SMS_URL names."""
    return _provider(settings.SMS_URL)
