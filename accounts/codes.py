"""One-time login codes: six digits, five minutes, five tries, sent past the outbox and the logs."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LoginCode
from accounts.rates import over
from records import sms

LIFE, TRIES = timedelta(minutes=5), 5
DEMO_PHONES = tuple(f"+861380000000{n}" for n in range(1, 10))


class TooMany(Exception):
    """The phone or the address asks too often; ``args[0]`` is a sentence for the page."""


def digest(phone: str, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"login {phone} {code}".encode(), hashlib.sha256).hexdigest()


def send(phone: str, address: str) -> str:
    """Makes a code, stores its digest, sends it. Returns the code for the nine demonstration phones while DEMO=1, else ""."""
    if over(code_phone=digest(phone, ""), code_address=address):
        raise TooMany(_("要验证码的次数太多了，请过一分钟再试。"))
    code = f"{secrets.randbelow(10**6):06}"
    LoginCode.objects.update_or_create(
        phone=phone, defaults={"digest": digest(phone, code), "expires_at": timezone.now() + LIFE, "tries_left": TRIES}
    )
    if settings.DEMO and phone in DEMO_PHONES:
        return code
    sms.provider().code(phone, code, f"c{secrets.token_hex(8)}")
    return ""


def check(phone: str, code: str) -> bool:
    """Uses up one try; True once for the right code. Race-free: the try is taken by a conditional UPDATE."""
    rows = LoginCode.objects.filter(phone=phone, expires_at__gt=timezone.now(), tries_left__gt=0)
    if not rows.update(tries_left=F("tries_left") - 1):
        return False
    return LoginCode.objects.filter(phone=phone, digest=digest(phone, code)).delete()[0] == 1


def sweep() -> int:
    """Deletes codes that have expired."""
    return LoginCode.objects.filter(expires_at__lt=timezone.now()).delete()[0]
