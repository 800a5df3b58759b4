"""Reads the environment: a malformed variable stops the start with one line that names it."""

import ipaddress
import os
import re
from typing import Any
from urllib.parse import urlsplit

import environ


def stop(name: str, why: str) -> Any:
    """End the start with one line that names the variable."""
    raise SystemExit(f"{name}: {why}")


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in {"0", "1", "true", "false", ""}:
        stop(name, f"is {value!r}; write 1 or 0")
    return value in {"1", "true"}


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = os.environ.get(name) or default
    if value and urlsplit(value).scheme not in schemes:
        stop(name, f"is not an address that starts with one of {', '.join(s + ':' for s in schemes)}")
    return value


def sources(tiles: str) -> list[str]:
    """Where map tiles come from, as a Content-Security-Policy names it; nothing without tiles."""
    parts = urlsplit(tiles)
    return [f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"] if tiles else []


def networks(name: str, default: str = "") -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(part.strip()) for part in os.environ.get(name, default).split(",") if part.strip()]
    except ValueError as error:
        return stop(name, f"{error}; write addresses or networks with commas between, 10.0.0.1,192.168.0.0/24")  # type: ignore[no-any-return]


def database(address: str) -> dict[str, Any]:
    try:
        config = environ.Env.db_url_config(address)
    except Exception:
        stop("DATABASE_URL", "can't be read; write postgresql://user:password@host:5432/name")
    options = config.setdefault("OPTIONS", {})
    config["HOST"] = options.pop("host", config.get("HOST", ""))
    # A broken statement must not hold a seat's row for long; the worker's long reads set their own limit.
    options["options"] = "-c statement_timeout=20000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=30000"
    # Every trigger of pgtrigger asks for this setting, row by row; where it is not set, the question is an exception caught.
    options["options"] += " -c pgtrigger.ignore={}"
    config["CONN_MAX_AGE"] = int(os.environ.get("CONN_MAX_AGE", "300"))
    config["CONN_HEALTH_CHECKS"] = True
    # Lets records/compiled.py prepare its few statements; the ORM's own cursors bind on the client and never prepare.
    options["prepare_threshold"] = 5
    return config


def data_keys(default: str) -> list[str]:
    """The keys of DATA_KEYS, newest first, or the one that the embedded servers' directory has."""
    known = [key.strip() for key in os.environ.get("DATA_KEYS", "").split(",") if key.strip()] or [default] * bool(default)
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key) for key in known):
        stop("DATA_KEYS", "needs keys of 44 characters with commas between (python -m config.keys prints a new one)")
    return known
