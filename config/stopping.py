"""Being asked to end by SIGTERM or SIGHUP, without losing the request or what has to be put in order."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Request:
    """SIGTERM or SIGHUP: noted, and raised as SystemExit only while ``raises`` holds.

    An exception out of a signal handler is lost where Python happens to be in a callback, of a fork above all; so
    nothing is raised while servers start and stop.
    """

    def __init__(self) -> None:
        self.number = 0
        self.raises = False

    def come(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        if self.raises:
            raise SystemExit(128 + number)

    @contextlib.contextmanager
    def raised(self) -> Iterator[None]:
        """Within, a request ends the block; also one that came before."""
        self.raises = True
        try:
            if self.number:
                raise SystemExit(128 + self.number)
            yield
        finally:
            self.raises = False


@contextlib.contextmanager
def requested() -> Iterator[Request]:
    """SIGTERM and SIGHUP as a request, where nobody has other plans for them."""
    request = Request()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    mine = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, request.come)
    try:
        yield request
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)
