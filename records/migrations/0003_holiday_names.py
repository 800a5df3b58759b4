"""Gives the library's days the Chinese names of their holidays; they stood in English."""

import chinese_calendar
from django.db import migrations


def rename(apps, schema_editor):
    rows = apps.get_model("records", "CalendarDay").objects.filter(source__startswith="chinesecalendar")
    for holiday in chinese_calendar.Holiday:
        rows.filter(name=holiday.value).update(name=holiday.chinese)


class Migration(migrations.Migration):
    dependencies = [("records", "0002_calendar")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
