"""``script/bench rush``: 400 want 100 places, by API and by form; then bookings and refusals per processor-second.

Beside them, in the same run: a bare Django view behind the same web server (with the portal's middleware and without any), and
pgbench with the fewest statements that can book. Goal: bookings ≥ 15 %, refusals ≥ 40 % of the view without middleware.
Ends with 1 when a place was given twice or not at all, or a call met an error.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from config import place
from tests.bench._load import Answer, Call, Outcome, run
from tests.bench._stack import Stack, cpu_seconds

PLACES, WANTING, ROUNDS = 100, 400, 3
BOOKINGS, REFUSALS, PAGE_REFUSALS, BARE = 800, 1500, 900, 4000  # a round, at the most
WARM = 150
#: Seconds of one round, so that a slow or busy machine measures fewer calls instead of taking longer.
ROUND = 5.0
GOALS = {"book_ratio": 0.15, "refuse_ratio": 0.40}
#: The fewest statements: one place taken where there is one, one row.
PGBENCH = """\\set intake random(1, 100)
\\set person random(1, 100000000)
BEGIN;
UPDATE bench_intake SET seats_taken = seats_taken + 1 WHERE id = :intake AND seats_taken < capacity;
INSERT INTO bench_booking (intake_id, participant_id, state, created_at) VALUES (:intake, :person, 'booked', now());
COMMIT;
"""
TABLES = """
CREATE TABLE bench_intake (id bigint PRIMARY KEY, capacity int NOT NULL, seats_taken int NOT NULL DEFAULT 0,
    CHECK (seats_taken <= capacity));
CREATE TABLE bench_booking (id bigserial PRIMARY KEY, intake_id bigint NOT NULL REFERENCES bench_intake, participant_id bigint NOT NULL,
    state text NOT NULL, created_at timestamptz NOT NULL);
INSERT INTO bench_intake SELECT n, 100000000 FROM generate_series(1, 100) n;
"""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Rush:
    """One run. The first 400 residents have sessions and use the form; everybody has a token."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        wishes = {"residents": WANTING + REFUSALS * ROUNDS, "sessions": WANTING, "capacities": [PLACES, PLACES, 10_000] + [200] * 100}
        made = json.loads(stack.run("-m", "tests.bench._people", json.dumps(wishes)).stdout)
        with stack.database() as owner:  # what autovacuum does within a minute, so that no phase meets tables without statistics
            owner.execute("ANALYZE")
        self.activity, self.people = made["activity"], made["people"]
        self.hot_api, self.hot_page, self.warm_intake, *self.spread = made["intakes"]
        self.without: list[dict[str, Any]] = []
        self.result: dict[str, Any] = {}
        self.errors: Counter[str] = Counter()

    # -- calls ----------------------------------------------------------------------------------------------
    def address(self, person: dict[str, Any]) -> str:
        n = person["user"]
        return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"

    def api(self, person: dict[str, Any], intake: int) -> Call:
        headers = {
            "Authorization": f"Token {person['token']}",
            "Content-Type": "application/json",
            "X-Forwarded-For": self.address(person),
        }
        return Call("POST", "/api/v1/bookings/", headers, json.dumps({"intake": intake, "participant": person["participant"]}).encode())

    def form(self, person: dict[str, Any], intake: int) -> Call:
        headers = {
            "Cookie": f"sessionid={person['session']}; csrftoken={person['cookie']}",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": self.address(person),
        }
        body = f"csrfmiddlewaretoken={person['csrf']}&participant={person['participant']}"
        return Call("POST", f"/activities/{self.activity}/book/{intake}/", headers, body.encode())

    def open_pages(self) -> None:
        """Each browser loads the form once: the session is warm, the CSRF cookie and token are known."""
        with_session = self.people[:WANTING]
        calls = [
            Call(
                "GET",
                f"/activities/{self.activity}/book/{self.hot_page}/",
                {"Cookie": f"sessionid={p['session']}", "X-Forwarded-For": self.address(p)},
            )
            for p in with_session
        ]
        answers = run(self.stack.port, calls, keep=True).answers
        for number, person in enumerate(with_session):
            page = answers[number]
            cookies = " ".join(value for name, value in page.headers if name.lower() == "set-cookie")
            cookie, token = re.search(r"csrftoken=(\w+)", cookies), re.search(rb'csrfmiddlewaretoken" value="(\w+)"', page.body)
            if page.status != 200 or not cookie or not token:
                raise SystemExit(f"the booking page answered {page.status} without its form:\n{page.body[:400]!r}")
            person["cookie"], person["csrf"] = cookie[1], token[1].decode()

    # -- measuring ------------------------------------------------------------------------------------------
    def measure(
        self,
        name: str,
        rounds: Sequence[Sequence[Call]],
        good: Callable[[Answer], bool],
        *,
        port: int = 0,
        cpu: Callable[[], dict[str, float]] | None = None,
    ) -> float:
        """Answers per processor-second: the median of the rounds. The first ``WARM`` calls of each round warm up."""
        rates, walls, used, clock = [], [], Counter[str](), cpu or self.stack.cpu
        for calls in rounds:
            run(port or self.stack.port, calls[:WARM], seconds=ROUND / 3)
            before = clock()
            outcome = run(port or self.stack.port, calls[WARM:], keep=True, seconds=ROUND)
            spent = {part: seconds - before[part] for part, seconds in clock().items()}
            used.update(spent)
            count = len(outcome.answers)
            self.count_errors(name, outcome, good)
            rates.append(count / sum(spent.values()))
            walls.append(count / outcome.seconds)
        total = sum(used.values())
        shares = ", ".join(f"{part} {seconds / total:.0%}" for part, seconds in used.items() if seconds / total >= 0.005)
        rate = statistics.median(rates)
        spread = f"{min(rates):.0f}–{max(rates):.0f}"
        wall = f"{statistics.median(walls):.0f} per s of wall"
        say(f"{name:<28} {rate:>7.1f} per core-s ({spread}; {1000 / rate:.2f} ms each: {shares}); {wall}")
        return round(rate, 1)

    def count_errors(self, name: str, outcome: Outcome, good: Callable[[Answer], bool]) -> None:
        bad = Counter(answer.status for answer in outcome.answers.values() if not good(answer))
        for status, count in bad.items():
            self.errors[f"{name}: {status or 'no answer'}"] += count

    # -- phases ---------------------------------------------------------------------------------------------
    def bare(self) -> None:
        call = Call("GET", "/healthz", {"X-Forwarded-For": "10.255.0.1"})
        rounds = [[call] * BARE] * ROUNDS
        process, port = self.stack.beside("tests.bench._bare")
        ok = lambda answer: answer.status == 200  # noqa: E731
        self.result["bare_per_core_s"] = self.measure("bare view", rounds, ok, port=port, cpu=lambda: {"web": cpu_seconds(process)})
        self.result["bare_full_per_core_s"] = self.measure("bare view, all middleware", rounds, ok)

    def hot(self) -> None:
        for key, intake, make in (("hot", self.hot_api, self.api), ("hot_page", self.hot_page, self.form)):
            run(self.stack.port, [make(person, self.warm_intake) for person in self.people[:WANTING]][:WARM])
            outcome = run(self.stack.port, [make(person, intake) for person in self.people[:WANTING]], keep=True)
            booked = sum(map(took, outcome.answers.values()))
            refused = sum(map(full, outcome.answers.values()))
            errors = WANTING - booked - refused
            self.result[key] = {"places": PLACES, "attempts": WANTING, "booked": booked, "refused": refused, "errors": errors}
            self.result[key]["wall_s"] = round(outcome.seconds, 2)
            if (booked, refused) != (PLACES, WANTING - PLACES):
                self.errors[f"{key}: {booked} booked, {refused} refused, {dict(outcome.statuses)}"] += 1
            if key == "hot":  # who got a place would be told so, at another price
                self.without = [p for n, p in enumerate(self.people[:WANTING]) if n in outcome.answers and full(outcome.answers[n])]
            say(f"{key:<28} {booked} booked, {refused} refused, {errors} errors in {outcome.seconds:.2f} s")

    def refuse(self) -> None:
        others = self.people[WANTING:]
        rounds = [[self.api(p, self.hot_api) for p in others[r * REFUSALS : (r + 1) * REFUSALS]] for r in range(ROUNDS)]
        self.result["refuse_per_core_s"] = self.measure("refusals (API)", rounds, full)
        again = [calls * 2 for calls in ([self.api(p, self.hot_api) for p in others[r * WARM : (r + 1) * WARM]] for r in range(ROUNDS))]
        again = [calls[:WARM] + calls[WARM:] * 6 for calls in again]
        self.result["refuse_again_per_core_s"] = self.measure("refusals, asked again", again, full)
        pages = [self.form(p, self.hot_api) for p in self.without]
        pages = pages[:WARM] + pages * (PAGE_REFUSALS // max(len(pages), 1))
        self.result["refuse_page_per_core_s"] = self.measure("refusals (form)", [pages] * ROUNDS, full)

    def book(self) -> None:
        others = self.people[WANTING:]
        rounds = []
        for r in range(ROUNDS):
            people = others[r * (BOOKINGS + WARM) : (r + 1) * (BOOKINGS + WARM)]
            rounds.append([self.api(person, self.spread[n % len(self.spread)]) for n, person in enumerate(people)])
        self.result["book_per_core_s"] = self.measure("bookings (API)", rounds, took)
        rounds = []
        for r in range(ROUNDS):  # everybody wants two intakes a round, other ones each time
            wishes = [(person, (n + 2 * r + k) % len(self.spread)) for k in range(2) for n, person in enumerate(self.people[:WANTING])]
            rounds.append([self.form(person, self.spread[at]) for person, at in wishes])
        self.result["book_page_per_core_s"] = self.measure("bookings (form)", rounds, took)

    def pgbench(self) -> None:
        with self.stack.database() as owner:
            owner.execute(TABLES)
        script = self.stack.above / "booking.sql"
        script.write_text(PGBENCH)
        login = self.stack.login()
        program = place.settle(self.stack.data_dir).postgres_bin / "pgbench"
        options = ["-n", "-M", "prepared", "-c", "4", "-f", str(script), "-h", login["host"], "-U", login["user"], login["dbname"]]
        server = self.stack.parts()["postgres"]
        rates = []
        for seconds in (1, 3, 3, 3):
            before = cpu_seconds(server)
            line = [str(program), "-T", str(seconds), *options]
            done = subprocess.run(line, env={**os.environ, "PGPASSWORD": login["password"]}, capture_output=True, text=True, check=True)
            count = re.search(r"actually processed: (\d+)", done.stdout)
            rates.append(int(count[1]) / (cpu_seconds(server) - before) if count else 0.0)
        rate = statistics.median(rates[1:])
        self.result["pgbench_per_core_s"] = round(rate, 1)
        say(f"{'pgbench, fewest statements':<28} {rate:>7.1f} per core-s of the database")

    def agree(self) -> None:
        """The database has what the answers said."""
        with self.stack.database() as owner:
            for key, intake in (("hot", self.hot_api), ("hot_page", self.hot_page)):
                query = "SELECT count(*), count(DISTINCT participant_id) FROM activities_booking WHERE intake_id = %s AND state = 'booked'"
                row = owner.execute(query, [intake]).fetchone()
                if row != (PLACES, PLACES):
                    self.errors[f"{key}: the database holds {row}"] += 1
        done = self.stack.run("manage.py", "check_integrity", ok=(0, 1))
        if done.returncode:
            self.errors[f"check_integrity: {done.stdout[:300]}"] += 1

    def compare(self) -> None:
        for what in ("book", "refuse", "book_page", "refuse_page"):
            rate = self.result[f"{what}_per_core_s"]
            self.result[f"{what}_ratio"] = round(rate / self.result["bare_per_core_s"], 3)
            self.result[f"{what}_ratio_full"] = round(rate / self.result["bare_full_per_core_s"], 3)
        for key, goal in GOALS.items():
            ratio = self.result[key]
            say(f"{key:<28} {ratio:>7.1%} of the bare view, goal {goal:.0%}: {'reached' if ratio >= goal else 'missed'}")


def took(answer: Answer) -> bool:
    """A place: 201, or the way to the booking's own page."""
    return answer.status == 201 or (answer.status == 302 and dict(answer.headers).get("Location", "").startswith("/b/"))


def full(answer: Answer) -> bool:
    """A clean refusal, by API or by form."""
    marks = (b'"code": "full"', b'"code":"full"', "已报满".encode())
    return answer.status == 409 and any(mark in answer.body for mark in marks)


def main() -> int:
    started = time.monotonic()
    with Stack() as stack:
        say(f"a portal of its own answers after {time.monotonic() - started:.1f} s")
        rush = Rush(stack)
        rush.open_pages()
        say(f"data are made after {time.monotonic() - started:.1f} s: {len(rush.people)} residents, {2 + len(rush.spread)} intakes")
        for phase in (rush.bare, rush.hot, rush.refuse, rush.book, rush.pgbench, rush.agree, rush.compare):
            phase()
    for error, count in rush.errors.items():
        say(f"ERROR {error} ({count})")
    rush.result["errors"] = sum(rush.errors.values())
    rush.result["seconds"] = round(time.monotonic() - started, 1)
    say(json.dumps(rush.result))
    return 1 if rush.errors else 0


if __name__ == "__main__":
    sys.exit(main())
