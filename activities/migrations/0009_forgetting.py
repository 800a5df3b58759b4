"""History has no right to be deleted by the runtime role; what was made anonymous, or has no row any more, is let go by these."""

from django.db import migrations

#: History of bookings whose person is empty, where it still names another one (activities/purpose.py).
BOOKINGS = """
CREATE FUNCTION activities_forget_bookings(numbers bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM activities_bookingevent e USING activities_booking b, accounts_participant p
    WHERE e.pgh_obj_id = ANY (numbers) AND b.id = e.pgh_obj_id AND p.id = b.participant_id AND p.erased_at IS NOT NULL
        AND e.participant_id <> b.participant_id
$$;
"""
#: History of children's days that are gone, older than a year.
HANDOVERS = """
CREATE FUNCTION activities_forget_handovers() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM activities_handoverevent e
    WHERE e.in_at < now() - interval '365 days'
        AND NOT EXISTS (SELECT 1 FROM activities_handover h WHERE h.id = e.pgh_obj_id)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0008_childcare_and_column")]

    operations = [
        migrations.RunSQL(BOOKINGS, "DROP FUNCTION activities_forget_bookings(bigint[])"),
        migrations.RunSQL(HANDOVERS, "DROP FUNCTION activities_forget_handovers()"),
    ]
