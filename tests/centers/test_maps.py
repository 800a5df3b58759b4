"""Coordinates as the tiles' provider wants them: known pairs of WGS-84 and GCJ-02, and which providers need it."""

from types import SimpleNamespace
from typing import Any

import pytest

from centers import maps

#: (WGS-84, GCJ-02) of the test data of eviltransform, a public library: Shanghai, Shenzhen, Beijing.
KNOWN = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]
CENTER = SimpleNamespace(latitude=22.543847, longitude=113.912316)


@pytest.mark.parametrize(("wgs", "gcj"), KNOWN)
def test_known_points_are_converted_to_the_millimetre(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert maps.to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-9)


@pytest.mark.parametrize("point", [(35.68, 139.69), (-33.86, 151.2), (60.0, 100.0)])
def test_points_abroad_stay(point: tuple[float, float]) -> None:
    assert maps.to_gcj02(*point) == point


@pytest.mark.parametrize(
    ("tiles", "needs"),
    [
        ("https://webrd0{s}.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}", True),
        ("https://rt{s}.map.gtimg.com/tile?z={z}&x={x}&y={y}", True),
        ("https://t{s}.tianditu.gov.cn/vec_w/wmts?tk=k", False),
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", False),
        ("/tiles/{z}/{x}/{y}.png", False),
        ("", False),
    ],
)
def test_which_tiles_are_drawn_in_gcj02(tiles: str, needs: bool, settings: Any) -> None:
    assert maps.needs_gcj02(tiles) is needs
    settings.MAP_TILES_URL = tiles
    shown = maps.point(CENTER, "c1", "中心", "开放", "/", "ok")
    assert (shown["lat"], shown["lng"]) == pytest.approx(KNOWN[1][1] if needs else KNOWN[1][0], abs=1e-5)


def test_a_townships_name_stands_in_the_middle_of_its_points() -> None:
    points = [{"lat": 29.0, "lng": 119.0, "town": "1"}, {"lat": 30.0, "lng": 120.0, "town": "1"}, {"lat": 9.0, "lng": 9.0, "town": "2"}]
    assert maps.labels(points, {"1": "多湖"}) == [{"name": "多湖", "lat": 29.5, "lng": 119.5}]
