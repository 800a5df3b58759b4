"""Every model says how sensitive it is and how its rows belong; every permission names something that is there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import models

from accounts.admin.site import ScopedAdmin, ScopedInline
from accounts.roles import MAY
from accounts.scope import Scope, ScopedQuerySet
from records import data_class
from tests.house.test_one_way import OURS
from workflow.engine import REGISTRY

OUR_APPS = ("records", "accounts", "centers", "staffing", "activities", "funding", "workflow", "portal")
CLASSES = {data_class.PUBLIC, data_class.INTERNAL, data_class.PERSONAL, data_class.SENSITIVE}
VERBS = {"view", "add", "change", "delete"}
#: Permissions that are neither a verb on a model nor a step.
SPECIAL = {
    "accounts.use_desk",
    "accounts.use_admin",
    "accounts.view_board",
    "accounts.book_participant",
    "accounts.unmask_participant",
    "activities.accept_booking",
    "activities.cancel_booking",
    "activities.checkin_meeting",
    "activities.draw_draw",
    "activities.hand_over_booking",
    "activities.prefer_booking",
    "activities.vote_poll",
    "centers.publish_center",
    "funding.pay_award",
    "funding.reverse_ledgerentry",
    "funding.unmask_objection",
    "staffing.cancel_rosterrun",
    "staffing.end_posting",
    "staffing.unmask_cadre",
}
#: Field names that hold something about a person.
PERSONAL = {"name", "phone", "email", "birthday", "login", "address"}


def ours() -> list[type[models.Model]]:
    """The models that we wrote; row history follows its own."""
    return [m for m in apps.get_models() if m._meta.app_label in OUR_APPS and not hasattr(m, "pgh_tracked_model")]


def test_every_model_has_a_data_class() -> None:
    assert len(ours()) > 20
    assert [m._meta.label for m in ours() if getattr(m, "data_class", None) not in CLASSES] == []


def test_models_of_people_are_not_called_public() -> None:
    people = {"accounts.User", "accounts.Participant", "accounts.Guardianship", "accounts.ConsentRecord", "accounts.LoginCode"}
    people |= {"activities.Booking", "centers.Appointment", "staffing.Cadre", "staffing.Leave", "funding.Objection"}
    people |= {
        "centers.Contact",
        "centers.Feedback",
        "centers.RepairTicket",
        "records.Message",
    }
    found = {m._meta.label for m in ours() if m.data_class in {data_class.PERSONAL, data_class.SENSITIVE}}  # type: ignore[attr-defined]
    assert people <= found


def test_row_history_keeps_no_personal_field() -> None:
    history = [m for m in apps.get_models() if hasattr(m, "pgh_tracked_model") and m._meta.app_label in OUR_APPS]
    assert len(history) >= 10
    kept = {
        f"{m._meta.label}.{f.name}"
        for m in history
        if m.pgh_tracked_model.data_class in {data_class.PERSONAL, data_class.SENSITIVE}
        for f in m._meta.fields
        if f.name in PERSONAL
    }
    assert kept == set()


def test_every_business_model_has_history() -> None:
    tracked = {m.pgh_tracked_model._meta.label for m in apps.get_models() if hasattr(m, "pgh_tracked_model")}
    own_log = {"records.AuditEntry", "records.AuditSeal", "records.Anchor", "records.Message", "records.CalendarDay"}
    # A frozen month's lines are never changed, and a run of the month's cycle is itself the record that it ran.
    own_log |= {"centers.SnapshotLine", "centers.CycleRun"}
    # A slot follows its request, whose history is kept; an answer to the one question leads to nobody, in no table.
    own_log |= {"activities.VenueSlot", "activities.Survey", "activities.SurveyAnswer", "activities.CalendarFeed"}
    # A note on a child's health leaves nothing behind when it changes; votes are counts, a voter only has voted.
    # A run of rosters is a job; an account of fairness is a log itself.
    own_log |= {"staffing.RosterRun", "staffing.DutyBalance"}
    # Decisions and the ledger are only ever added to; a book's totals are the sums of its entries.
    own_log |= {"funding.Decision", "funding.DecisionLine", "funding.Book", "funding.LedgerEntry"}
    own_log |= {"activities.CareNote", "activities.PollVoter", "activities.PollTally"}
    # An import is a job of 30 days; what it wrote has the history of its own tables.
    short_lived = {"accounts.LoginCode", "accounts.LockoutRow", "accounts.ImportJob", "activities.IdempotencyKey"}
    assert {m._meta.label for m in ours()} - tracked == own_log | short_lived


def test_a_model_with_a_scope_has_a_scoped_manager_and_the_other_way_round() -> None:
    for model in ours():
        scoped = isinstance(model._default_manager.all(), ScopedQuerySet)
        assert scoped is isinstance(getattr(model, "scope", None), Scope), model._meta.label


def test_every_region_lookup_leads_to_a_code() -> None:
    for model in ours():
        rows = model._default_manager.all()
        if isinstance(rows, ScopedQuerySet) and rows.region_lookup:
            assert str(rows.filter(**{f"{rows.region_lookup}__startswith": "33"}).query).count("code") >= 1
            assert rows.region_lookup.split("__")[-1] == "code"


def test_every_permission_names_a_verb_on_a_model_a_step_or_a_special_right() -> None:
    nouns = {f"{m._meta.app_label}.{m._meta.model_name}" for m in ours()}
    steps = {f"{label.split('.')[0]}.{name}_{label.split('.')[1]}" for label, flow in REGISTRY.items() for name in flow.steps}

    def known(permission: str) -> bool:
        app, rest = permission.split(".")
        verb, _, noun = rest.partition("_")
        return permission in SPECIAL or permission in steps or (verb in VERBS and f"{app}.{noun}" in nouns)

    assert sorted({p for names in MAY.values() for p in names if not known(p)}) == []


def test_every_special_right_is_held_and_asked_for() -> None:
    held = {p for names in MAY.values() for p in names}
    assert set(SPECIAL) <= held
    code = "".join(p.read_text() for p in OURS if p.name != "roles.py")
    for permission in SPECIAL:
        action = permission.split(".")[1].split("_")[0]
        assert f'"{permission}"' in code or f'"{action}")' in code, permission


def test_every_admin_class_is_scoped() -> None:
    registered = admin.site._registry
    assert len(registered) >= 10
    assert [m._meta.label for m, a in registered.items() if not isinstance(a, ScopedAdmin)] == []


def test_every_inline_of_the_admin_is_scoped() -> None:
    inlines = [inline for a in admin.site._registry.values() for inline in a.inlines]
    assert len(inlines) >= 4
    assert [i.__name__ for i in inlines if not issubclass(i, ScopedInline)] == []


def test_every_constraint_has_a_name_of_its_own() -> None:
    names = [c.name for m in ours() for c in m._meta.constraints]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
