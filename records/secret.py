"""Text that is encrypted at rest with ``DATA_KEYS`` (Fernet, newest first): a copy of the database alone does not give it away."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """No key of DATA_KEYS opens it, or there is none."""


def ready() -> bool:
    """Whether this installation has a key."""
    return bool(settings.DATA_KEYS)


def _keys() -> MultiFernet:
    if not settings.DATA_KEYS:
        raise Unreadable
    return MultiFernet([Fernet(key) for key in settings.DATA_KEYS])


def seal(text: str) -> str:
    """Encrypts with the newest key; raises Unreadable without one."""
    return _keys().encrypt(text.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Decrypts with whichever key fits; raises Unreadable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def renewed(sealed: str) -> str:
    """The same text under the newest key; raises Unreadable."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error
