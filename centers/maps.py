"""Map tiles by MAP_TILES_URL, and the coordinates that their provider wants: stored WGS-84, shown GCJ-02 where needed."""

import math
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

#: Krasovsky 1940: semi-major axis in m, first eccentricity squared.
AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323


def needs_gcj02(tiles: str) -> bool:
    """Whether a provider's tiles are drawn in GCJ-02: those of 高德, 腾讯, Google's of China; 天地图 is not."""
    host = urlsplit(tiles.replace("{s}", "a")).hostname or ""
    return any(host.endswith(name) for name in ("autonavi.com", "amap.com", "gtimg.com", "qq.com", "google.cn"))


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """(latitude, longitude) in GCJ-02; outside China's rectangle they stay as they are."""
    if not (0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347):
        return latitude, longitude
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * math.pi
    magic = 1 - ECCENTRICITY * math.sin(radians) ** 2
    north = north * 180.0 / (AXIS * (1 - ECCENTRICITY) / (magic * math.sqrt(magic)) * math.pi)
    east = east * 180.0 / (AXIS / math.sqrt(magic) * math.cos(radians) * math.pi)
    return latitude + north, longitude + east


def point(row: Any, key: str, name: str, state: str, url: str, tone: str) -> dict[str, Any]:
    """One point as ``map.js`` reads it, in the tiles' system; ``tone`` is ok, due, stop, info or site."""
    latitude, longitude = float(row.latitude), float(row.longitude)
    if needs_gcj02(settings.MAP_TILES_URL):
        latitude, longitude = to_gcj02(latitude, longitude)
    place = {"lat": round(latitude, 6), "lng": round(longitude, 6)}
    return {"id": key, "name": name, "state": str(state), "url": url, "tone": tone, **place}


def labels(points: list[dict[str, Any]], towns: dict[str, str]) -> list[dict[str, Any]]:
    """A township's name in the middle of its points, for a map without tiles; points carry their ``town``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in points:
        found.setdefault(one.get("town", ""), []).append(one)
    return [
        {"name": towns[code], "lat": sum(p["lat"] for p in some) / len(some), "lng": sum(p["lng"] for p in some) / len(some)}
        for code, some in sorted(found.items())
        if code in towns
    ]


def settings_of() -> dict[str, str]:
    """The template's tiles and their attribution."""
    return {"tiles": settings.MAP_TILES_URL, "attribution": settings.MAP_ATTRIBUTION}
