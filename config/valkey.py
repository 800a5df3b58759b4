"""Valkey from its wheel: the broker and the cache, on a socket; what it was told survives its end."""

import os
import signal
import socket
from pathlib import Path

from config.child import Child
from config.place import Place

SOCKET = "valkey.sock"


class Valkey(Child):
    """The server process. A broker must refuse rather than evict, and queued tasks must outlive a restart."""

    def __init__(self, place: Place, data_dir: Path) -> None:
        self.place = place
        self.socket = place.sockets / SOCKET
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(place.valkey),
            "maxmemory": "1gb",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        super().__init__(
            name="valkey",
            argv=[str(place.valkey_server), *(part for name, value in settings.items() for part in (f"--{name}", value))],
            data_dir=data_dir,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            account=place.account,
            log=place.log / "valkey.log",
            death_signal=signal.SIGTERM,
        )

    def prepare(self) -> None:
        if not self.place.valkey.exists():
            self.place.valkey.mkdir(mode=0o700)
        if self.account:
            os.chown(self.place.valkey, *self.account)

    def interrupted(self) -> bool:
        """Valkey reads its log at every start, so there is nothing to tell."""
        return False

    def ready(self) -> bool:
        """Whether it answers, and not only that it is still loading."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
