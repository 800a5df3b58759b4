"""Password rules of GB/T 22239-2019 level 3, as a default of ours: 10 characters, three classes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class ThreeClasses:
    """At least three of: lower case, upper case, digits, other."""

    def validate(self, password: str, user: Any = None) -> None:
        classes = [str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum()]
        if sum(any(test(c) for c in password) for test in classes) < 3:
            raise ValidationError(_("密码要有大写字母、小写字母、数字、符号中的至少三种。"), code="classes")

    def get_help_text(self) -> str:
        return str(_("密码要有大写字母、小写字母、数字、符号中的至少三种。"))
