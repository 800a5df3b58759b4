"""Makes the data of a rush in the portal that the environment names: ``python -m tests.bench._people WISHES`` prints what it made.

WISHES is JSON: ``{"residents": 400, "sessions": 400, "capacities": [100, …]}``. Everything is invented.
"""

import json
import os
import sys
from datetime import date, timedelta
from typing import Any

import django


def residents(count: int) -> list[tuple[Any, Any]]:
    """(account, participant), each with consent to the text in force."""
    from accounts import consents
    from accounts.models import ConsentRecord, Participant, User
    from tests import make

    region, start = make.region(), User.objects.count()
    users = [User(login=f"bench{start + n}", phone=f"+86138{start + n:08}", password="!") for n in range(count)]
    User.objects.bulk_create(users, batch_size=2000)
    people = [
        Participant(kind="self", name=f"测试居民{n}", birthday=date(1985, 5, 5), region=region, user=user, created_by=user)
        for n, user in enumerate(users)
    ]
    Participant.objects.bulk_create(people, batch_size=2000)
    text = consents.TEXTS[consents.Purpose.BOOKING]
    given = [ConsentRecord(participant=p, given_by=p.user, purpose=consents.Purpose.BOOKING, version=text.version) for p in people]
    ConsentRecord.objects.bulk_create(given, batch_size=2000)
    return list(zip(users, people, strict=True))


def tokens(users: list[Any]) -> list[str]:
    """An API token each, as ``accounts.tokens.issue`` makes them, in bulk."""
    from django.utils import timezone
    from knox.models import AuthToken, get_digest_token
    from knox.settings import CONSTANTS

    made = [get_digest_token() for _user in users]
    expiry = timezone.now() + timedelta(days=1)
    rows = [
        AuthToken(digest=digest, token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH], user=user, expiry=expiry)
        for user, (digest, token) in zip(users, made, strict=True)
    ]
    AuthToken.objects.bulk_create(rows, batch_size=2000)
    return [token for _digest, token in made]


def sessions(users: list[Any]) -> list[str]:
    """The session cookie of each, as a login by phone and code leaves it."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store, keys = import_module(settings.SESSION_ENGINE).SessionStore, []
    for user in users:
        session = store()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    return keys


def intakes(capacities: list[int]) -> tuple[int, list[int]]:
    """One published activity with an intake of each capacity, each on a day of its own (nobody is in two places at once)."""
    from django.utils import timezone

    from tests import make

    activity = make.activity(make.center_of())
    made = [make.intake(activity, capacity=capacity, name=f"第{n}批") for n, capacity in enumerate(capacities, 1)]
    for n, one in enumerate(made):
        make.meeting(one, timezone.now() + timedelta(days=8 + n))
    return activity.pk, [one.pk for one in made]


def main(wishes: dict[str, Any]) -> dict[str, Any]:
    people = residents(wishes["residents"])
    users = [user for user, _person in people]
    cookies = sessions(users[: wishes.get("sessions", 0)])
    activity, made = intakes(wishes["capacities"])
    rows = [
        {"user": user.pk, "participant": person.pk, "token": token, "session": cookies[n] if n < len(cookies) else ""}
        for n, ((user, person), token) in enumerate(zip(people, tokens(users), strict=True))
    ]
    return {"activity": activity, "intakes": made, "people": rows}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
