"""Fills the calendar with the years that the library knows."""

from django.db import migrations


def fill(apps, schema_editor):
    from records import working_days

    day = apps.get_model("records", "CalendarDay")
    rows = [
        day(date=d.date, kind=d.kind, name=d.name, source=d.source)
        for year in range(2023, 2031)
        for d in working_days.library_days(year)
    ]
    day.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
