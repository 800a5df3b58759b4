"""Web, PostgreSQL, Valkey and the worker are killed while 200 residents want 60 places: nothing is lost, nothing doubled."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

import psutil
import pytest

from config import backup
from config.child import wait_until
from tests import ground
from tests.bench._load import Answer, Call, Client
from tests.bench._stack import Stack

RESIDENTS, PLACES, AT_A_TIME = 200, 60, 16
#: A resident gives up after so many seconds; the pauses between the tries grow to half a second.
PATIENCE = 100.0
VICTIMS = ("web", "postgres", "valkey", "worker")


class Told(NamedTuple):
    """What a resident was told last, and by which intake."""

    intake: int
    person: dict[str, Any]
    status: int
    body: dict[str, Any]


def read(answer: Answer) -> dict[str, Any]:
    """The JSON of an answer, or its beginning as ``text``: a last try that met an error page fails the test by its status."""
    try:
        return dict(json.loads(answer.body))
    except ValueError:
        return {"text": answer.body[:300].decode(errors="replace")}


class Rush:
    """Residents who ask again, with the same key, until they get an answer."""

    def __init__(self, stack: Stack, intake: int, people: list[dict[str, Any]]) -> None:
        self.stack, self.intake = stack, intake
        self.waiting = deque(people)
        self.told: list[Told] = []
        self.threads = [threading.Thread(target=self._work, daemon=True) for _n in range(AT_A_TIME)]
        for thread in self.threads:
            thread.start()

    def _work(self) -> None:
        client = Client(self.stack.port, timeout=15)
        with contextlib.suppress(IndexError):
            while True:
                person = self.waiting.popleft()
                answer = self._insist(client, person)
                self.told.append(Told(self.intake, person, answer.status, read(answer)))
        client.close()

    def _insist(self, client: Client, person: dict[str, Any]) -> Answer:
        headers = {
            "Authorization": f"Token {person['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"rush-{self.intake}-{person['user']}",
            "X-Forwarded-For": f"10.9.{person['user'] >> 8 & 255}.{person['user'] & 255}",
        }
        body = json.dumps({"intake": self.intake, "participant": person["participant"]}).encode()
        until, pause = time.monotonic() + PATIENCE, 0.05
        while True:
            answer = client.send(Call("POST", "/api/v1/bookings/", headers, body))
            if 0 < answer.status < 500 or time.monotonic() > until:
                return answer
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def reached(self, count: int) -> bool:
        """Waits until so many were answered."""
        return wait_until(lambda: len(self.told) >= count or not any(t.is_alive() for t in self.threads), 60, 0.001)

    def finish(self) -> list[Told]:
        for thread in self.threads:
            thread.join(150)
        assert not any(thread.is_alive() for thread in self.threads), "residents are still asking"
        return self.told


def kill(stack: Stack, part: str) -> None:
    """SIGKILL to the process, and to one child of it before where it works through children."""
    process = stack.parts()[part]
    victims = [*process.children()[:1], process] if part in {"web", "worker"} else [process]
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            os.kill(victim.pid, signal.SIGKILL)


def faults(stack: Stack, told: list[Told], intakes: list[int]) -> list[str]:
    """What the database does not have as the residents were told."""
    found = []
    with stack.database() as owner:
        for intake in intakes:
            live = owner.execute(
                "SELECT id, code, participant_id FROM activities_booking WHERE intake_id = %s AND state = 'booked'", [intake]
            ).fetchall()
            given = [one for one in told if one.intake == intake and one.status == 201]
            codes = {code: participant for _id, code, participant in live}
            if len(live) != PLACES or len({participant for *_rest, participant in live}) != PLACES:
                found.append(f"intake {intake}: {len(live)} live bookings")
            acknowledged = {one.body["code"] for one in given}
            if set(codes) != acknowledged:
                found.append(f"intake {intake}: {len(acknowledged)} were told of a place, {len(set(codes) - acknowledged)} more have one")
            for one in given:
                if codes.get(one.body["code"]) != one.person["participant"]:
                    found.append(f"booking {one.body['code']} is lost")
                query = "SELECT count(*) FROM records_message WHERE recipient_id = %s AND channel = 'inbox' AND once = %s"
                row = owner.execute(query, [one.person["user"], f"booked:{one.body['code']}"]).fetchone()
                if row != (1,):
                    found.append(f"booking {one.body['code']} has {row} inbox messages")
    return found


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A portal of its own; an ended process loses nothing without fsync either."""
    with Stack(PORTAL_MODE="test") as running:
        yield running


def tables(stack: Stack) -> list[str]:
    """How the portal's tables are made, as pg_dump says it: its own migrations ran."""
    login = stack.login()
    known = {"PGHOST": login["host"], "PGUSER": login["user"], "PGPASSWORD": login["password"], "PGDATABASE": login["dbname"]}
    return said(backup._program("pg_dump"), "--schema-only", **known)


def said(*argv: str, **known: str) -> list[str]:
    """The lines of a dump, without those that are another's each time."""
    done = subprocess.run(argv, env={**os.environ, **known}, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]


def test_the_tables_that_all_tests_copy_are_those_of_the_migrations(stack: Stack) -> None:
    """``tests.lighter`` leaves out most of what Django does between two changes of a table, and none of the changes."""
    ours = said(backup._program("pg_restore"), "--schema-only", "--file=-", str(ground.dumped()))
    assert len(ours) > 5_000
    assert tables(stack) == ours


def test_a_rush_survives_the_death_of_each_part(stack: Stack) -> None:
    wishes = {"residents": RESIDENTS, "capacities": [PLACES] * len(VICTIMS)}
    made = json.loads(stack.run("-m", "tests.bench._people", json.dumps(wishes)).stdout)
    told: list[Told] = []
    for part, intake in zip(VICTIMS, made["intakes"], strict=True):
        rush = Rush(stack, intake, made["people"])
        assert rush.reached(PLACES // 3)
        kill(stack, part)
        assert len(rush.told) < RESIDENTS, "the rush was over before the kill"
        answers = rush.finish()
        told += answers
        others = [(one.status, one.body) for one in answers if one.status not in {201, 409}]
        assert not others, f"{part}: {len(others)} without a clean answer, the first {others[0]}\n{stack.output[-6000:]}"
        assert {one.body["code"] for one in answers if one.status == 409} == {"full"}, part
        assert len(answers) == RESIDENTS
        assert stack.ready(), f"the portal does not recover from the death of {part}:\n{stack.output}"
        assert f"{part} ended (SIGKILL); starting it again" in stack.output
    assert faults(stack, told, made["intakes"]) == []
    assert stack.run("manage.py", "check_integrity", ok=(0, 1)).returncode == 0
    negative_control(stack, told, made["intakes"])


def negative_control(stack: Stack, told: list[Told], intakes: list[int]) -> None:
    """The same look at a database that has lost one booking and doubled one message finds both, and so does check_integrity."""
    lost, doubled = (one.body["code"] for one in [one for one in told if one.status == 201][:2])
    with stack.database() as owner:
        owner.execute("ALTER TABLE activities_booking DISABLE TRIGGER USER")
        owner.execute(
            "DELETE FROM activities_idempotencykey k USING activities_booking b WHERE b.id = k.booking_id AND b.code = %s", [lost]
        )
        owner.execute("DELETE FROM activities_booking WHERE code = %s", [lost])
        owner.execute("ALTER TABLE activities_booking ENABLE TRIGGER USER")
        owner.execute("ALTER TABLE records_message DROP CONSTRAINT IF EXISTS message_once")
        owner.execute("DROP INDEX IF EXISTS message_once")
        columns = "recipient_id, channel, kind, subject, body, link, once, state, created_at, due_at, sent_at, attempts, provider_id, error"
        owner.execute(
            f"INSERT INTO records_message ({columns}) SELECT {columns} FROM records_message WHERE once = %s", [f"booked:{doubled}"]
        )
    found = faults(stack, told, intakes)
    assert f"booking {lost} is lost" in found
    assert f"booking {doubled} has (2,) inbox messages" in found
    assert stack.run("manage.py", "check_integrity", ok=(0, 1)).returncode == 1
