"""The load: so many clients at a time over kept connections, each call once, bounded in time."""

import http.client
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Call(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class Answer(NamedTuple):
    """Its answer; status 0 where there was none."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Outcome:
    """How often each status came, in how many seconds; the answers themselves where they were asked for."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    answers: dict[int, Answer] = field(default_factory=dict)


class Client:
    """One kept connection."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.port, self.timeout = port, timeout
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, call: Call) -> Answer:
        """The answer; no second try (whoever wants one counts it)."""
        try:
            self.connection.request(call.method, call.path, call.body or None, call.headers)
            response = self.connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return Answer(0, [], b"")

    def close(self) -> None:
        self.connection.close()


def run(port: int, calls: Sequence[Call], *, at_a_time: int = 16, keep: bool = False, seconds: float = 120) -> Outcome:
    """Sends all calls, ``at_a_time`` at once; those that found no time within ``seconds`` are not sent."""
    waiting, outcome, lock = deque(enumerate(calls)), Outcome(), threading.Lock()
    started = time.monotonic()
    until = started + seconds

    def work() -> None:
        client, counted, kept = Client(port), Counter[int](), {}
        while time.monotonic() < until:
            try:
                number, call = waiting.popleft()
            except IndexError:
                break
            answer = client.send(call)
            counted[answer.status] += 1
            if keep:
                kept[number] = answer
        client.close()
        with lock:
            outcome.statuses.update(counted)
            outcome.answers.update(kept)

    threads = [threading.Thread(target=work, daemon=True) for _n in range(at_a_time)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.monotonic() - started
    return outcome
