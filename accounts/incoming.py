"""One line that comes in: found by its key or new, taken by the form of the pages, looked at once more after it is saved."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.register import Incoming, Register
from accounts.scope import permission, prefixes, region_code
from accounts.sheet import Line

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
#: The name under which a fault of the whole line stands.
WHOLE = ""


class Bad(Exception):
    """A line that can't go in: what is wrong, by field; ``WHOLE`` for the line."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


def parsed(incoming: Incoming, line: Line, user: Any) -> dict[str, Any]:
    """The line's values as the form takes them; raises Bad with every cell that can't be understood."""
    values, faults = {}, dict(line.faults)
    for cell in incoming.fields:
        if cell.name not in line.values or cell.name in faults:
            continue
        try:
            values[cell.name] = cell.parse(line.values[cell.name], user)
        except ValidationError as error:
            faults[cell.name] = " ".join(error.messages)
            continue
        if cell.required and values[cell.name] in ("", None):
            faults[cell.name] = _("这一格必填。")
    if faults:
        raise Bad(faults)
    return values


def key_of(incoming: Incoming, values: dict[str, Any]) -> tuple[str, ...]:
    """What tells the line from the others of the file."""
    return tuple(str(values.get(name, "")) for name in incoming.key)


def keep(entry: Register, values: dict[str, Any], user: Any) -> str:
    """Saves the line: ADDED, CHANGED or UNCHANGED; raises Bad. The caller's savepoint takes back what a Bad line began."""
    incoming = entry.takes()
    row = find(entry, values, user)
    action = "add" if row is None else "change"
    fixed = incoming.fixed(user) if callable(incoming.fixed) else incoming.fixed
    form = incoming.form({}, user=user, fixed=fixed, instance=row)
    for field in form.fields.values():
        field.show_hidden_initial = False  # a field whose default is a function would look for its old value in the page
    # What the file has no column for stays as it is.
    form.data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()} | values
    if row is not None and not form.has_changed():
        return UNCHANGED
    valid = form.is_valid()
    if outside(form.instance, user, action):
        raise Bad({WHOLE: _("这一行不在您管的范围里，请核对所在的区划或单位。")})
    if not valid:
        raise Bad(_words(form, incoming))
    _save(form, entry, action, user)
    return ADDED if row is None else CHANGED


def find(entry: Register, values: dict[str, Any], user: Any) -> Any:
    """The row that the line means, which the user may change; None for a new one that the user may add; raises Bad."""
    incoming, rows = entry.takes(), entry.rows()
    named = {name: _stored(entry.model, name, values.get(name, "")) for name in incoming.key}
    only = incoming.only or (lambda rows: rows)
    found = list(only(rows.allowed(user, "change").filter(**named)).order_by("pk")[:2])
    if len(found) > 1:
        raise Bad({incoming.key[0]: _("系统里有不止一行是这样的，分不清要改哪一行，请在网页上改。")})
    if found:
        return found[0]
    if sees_more(rows, user) and only(rows.allowed(user, "view").filter(**named)).exists():
        raise Bad({WHOLE: _("这一行系统里已经有了，您的账号不能修改它；要改请找能管它的同事。")})
    if not prefixes(user, permission(entry.model, "add")):
        raise Bad({WHOLE: _("没有找到这一行，您的账号只能修改、不能新增。请核对，或请能新增的同事来导入。")})
    return None


def sees_more(rows: Any, user: Any) -> bool:
    """Whether the user may see rows that the user can't change."""
    codes = [prefixes(user, permission(rows.model, action)) for action in ("view", "change")]
    return codes[0] != codes[1] or rows.seen_below or bool(rows.unit_lookup)


def _stored(model: Any, name: str, value: Any) -> Any:
    """An empty key as the column holds it."""
    return None if value == "" and model._meta.get_field(name).null else value


def outside(row: Any, user: Any, action: str) -> bool:
    """Whether the row's region is known and none of the user's: then nothing is said of what lies there."""
    rows = type(row)._default_manager.all()
    code = "" if getattr(rows, "unit_lookup", "") else region_code(row)
    return bool(code) and not code.startswith(tuple(prefixes(user, permission(type(row), action))))


def _save(form: Any, entry: Register, action: str, user: Any) -> None:
    try:
        row = form.save()
        inside = entry.rows().allowed(user, action).filter(pk=row.pk).exists()
    except ValidationError as error:
        raise Bad({WHOLE: " ".join(error.messages)}) from error
    except (DatabaseError, PermissionDenied) as error:
        raise Bad({WHOLE: _("这一行和已有的数据冲突，没有写入。请核对后再导入。")}) from error
    if not inside:
        raise Bad({WHOLE: _("这一行不在您管的范围里，请核对所在的区划或单位。")})


def _words(form: Any, incoming: Incoming) -> dict[str, str]:
    """The form's errors by column; those of fields that the file doesn't have stand for the line, with the field's label."""
    known, faults = {cell.name for cell in incoming.fields}, {}
    whole = []
    for name, errors in form.errors.items():
        words = " ".join(str(error) for error in errors)
        if name in known:
            faults[name] = words
        elif name in form.fields:
            whole.append(f"{form.fields[name].label}：{words}")
        else:
            whole.append(words)
    return faults | ({WHOLE: " ".join(whole)} if whole else {})
