"""Phone numbers: stored as E.164, entered as people write them."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def normal(raw: str) -> str:
    """``+8613800000001`` from ``138 0000 0001`` and the like; raises ValidationError with a way to put it right."""
    import unicodedata

    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", raw or "").strip(), "CN")
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_("这不像一个手机号，请检查后再填，例如 138 0000 0001。"), code="phone") from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValidationError(_("手机号的位数不对，请检查后再填，例如 138 0000 0001。"), code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mobile(raw: str) -> str:
    """A number in normal form that can get a code by SMS."""
    number = normal(raw)
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if phonenumbers.number_type(phonenumbers.parse(number)) not in kinds:
        raise ValidationError(_("这个号码收不到短信，请填手机号，例如 138 0000 0001。"), code="phone")
    return number


def phone_validator(value: str) -> None:
    """Accepts numbers in normal form only."""
    if normal(value) != value:
        raise ValidationError(_("请填写带国家代码的号码，例如 +8613800000001。"), code="phone")


def masked(phone: str | None) -> str:
    """``138****0001``."""
    local = (phone or "").removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else ("****" if local else "")


def masked_name(name: str) -> str:
    """``黄*``: the first character and one star, whatever the length."""
    return f"{name[0]}*" if name else ""
