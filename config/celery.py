"""Celery: late-acknowledged tasks over Valkey or Redis, and the one table of what runs when."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "deliver-messages": {"task": "records.tasks.deliver", "schedule": 5.0},
    "seal-audit": {"task": "records.tasks.seal", "schedule": 30.0},
    "anchor-audit": {"task": "accounts.tasks.anchor", "schedule": crontab(hour=0, minute=20)},
    "sweep-accounts": {"task": "accounts.tasks.sweep", "schedule": crontab(minute=17)},
    # Whatever is due and not done yet, so that a run missed while the machine was off is made up within the hour.
    "month-cycle": {"task": "centers.tasks.month", "schedule": crontab(minute=7)},
    "escalate": {"task": "centers.tasks.escalate", "schedule": crontab(minute=27)},
    "leases": {"task": "centers.tasks.leases", "schedule": crontab(hour=8, minute=11)},
    # Imports that wait because the broker was away when they were sent.
    "resume-imports": {"task": "accounts.tasks.resume_imports", "schedule": 15.0},
    "resume-rosters": {"task": "staffing.tasks.resume_rosters", "schedule": 60.0},
    "uncovered-shifts": {"task": "staffing.tasks.uncovered", "schedule": crontab(minute="*/10")},
    "stale-rosters": {"task": "staffing.tasks.stale_rosters", "schedule": crontab(minute=26, hour="7-20")},
    "staffing": {"task": "staffing.tasks.remind_staffing", "schedule": crontab(hour=8, minute=21)},
    "settle-months": {"task": "staffing.tasks.settle_months", "schedule": crontab(hour=5, minute=23)},
    "sweep-activities": {"task": "activities.tasks.sweep", "schedule": crontab(minute=37)},
    "column": {"task": "activities.tasks.column", "schedule": crontab(minute=47, hour="6-9")},
    "surveys": {"task": "activities.tasks.surveys", "schedule": crontab(minute=52, hour="8-20")},
    "reminders": {"task": "activities.tasks.reminders", "schedule": crontab(minute=41, hour="15-20")},
    "pass-on-offers": {"task": "activities.tasks.pass_on", "schedule": 30.0},
    "settle-entries": {"task": "activities.tasks.settle", "schedule": 60.0},
    "boards": {"task": "portal.tasks.refresh_boards", "schedule": crontab(minute="3-59/10")},
    "end-purposes": {"task": "portal.tasks.end_purposes", "schedule": crontab(hour=3, minute=33)},
    "beat-alive": {"task": "records.tasks.heartbeat", "schedule": 4.0},
}
