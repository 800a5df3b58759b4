"""Venues in the small world: rooms of the center, one that the unit shares, requests; one question to somebody who came."""

from typing import Any

from accounts.models import User
from activities.models import Survey, SurveyAnswer
from centers.models import Center
from centers.models.repair import hashed
from tests import make

#: The secret address of the one question.
SURVEY_SECRET = "a-question-that-nobody-guesses"


def venues(center: Center, draft: Center, resident: User, unit: User | None) -> dict[str, Any]:
    """Rows by name."""
    shared = make.resource(organisation=unit.organisation if unit else None)
    room, hidden = make.venue(center), make.venue(draft)
    survey = Survey.objects.create(activity=make.activity(center), came=3, asked=1)
    SurveyAnswer.objects.create(survey=survey, token_hash=hashed(SURVEY_SECRET))
    return {
        "resource": shared,
        "venue": room,
        "draft_venue": hidden,
        "shared_venue": make.venue(shared),
        "request": make.venue_booking(room, asked_by=resident),
        "neighbours_request": make.venue_booking(room, days=5),
        "shared_request": make.venue_booking(make.venue(shared)),
    }
