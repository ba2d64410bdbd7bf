"""Where and when events are, by their GeoJSON; filters that tell them apart."""

from datetime import datetime, timedelta, timezone

import shapely
from harness import expect
from shapely.geometry import box, shape

# Instants that are not of the phenomenon itself.
OF_THE_RECORD = {"created", "updated", "submitted", "published"}


def intersecting(features: list[dict], area) -> list:
    """Ids of features that touch an area; exact touching is left to the server and avoided by the boxes' odd edges."""
    return [feature["id"] for feature in features if shape(feature["geometry"]).intersects(area)]


def odd_boxes(features: list[dict]) -> list[tuple[float, float, float, float]]:
    """Boxes that cut through the features, with edges that no cell has."""
    west, south, east, north = shapely.total_bounds([shape(feature["geometry"]) for feature in features])
    middle, height = (west + east) / 2 + 0.01237, (south + north) / 2 + 0.01237
    first = shape(features[0]["geometry"]).representative_point()
    return [
        (-180, -90, 180, 90),
        (west - 1.003, south - 1.003, middle, height),
        (middle, height, min(east + 1.003, 180), north + 1.003),
        (first.x - 1e-4, first.y - 1e-4, first.x + 1e-4, first.y + 1e-4),
        (west, 80, east, 89),
        *beside(features),
    ]


def beside(features: list[dict]) -> list[tuple[float, float, float, float]]:
    """A small box within the bounds of a feature and outside of its geometry, where there is one."""
    for feature in features:
        geometry = shape(feature["geometry"])
        gap = box(*geometry.bounds).difference(geometry.buffer(0.01))
        if not gap.is_empty:
            at = gap.representative_point()
            return [(at.x - 1e-4, at.y - 1e-4, at.x + 1e-4, at.y + 1e-4)]
    return []


def text(numbers) -> str:
    return ",".join(f"{number:.12g}" for number in numbers)


def instant(value) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def instants(feature: dict) -> tuple[datetime, datetime]:
    """The first and the last instant in the properties of a feature."""
    found = [instant(value) for name, value in feature["properties"].items() if name not in OF_THE_RECORD]
    found = [at for at in found if at]
    expect(found, f"{feature['id']} has no instant in its properties: {sorted(feature['properties'])}")
    return min(found), max(found)


def during(features: list[dict], first: datetime | None, last: datetime | None) -> list:
    """Ids of features whose time intersects an interval, ends included."""
    times = {feature["id"]: instants(feature) for feature in features}
    return [name for name, (begin, end) in times.items() if (first is None or end >= first) and (last is None or begin <= last)]


def written(at: datetime | None, is_open: str = "..") -> str:
    return is_open if at is None else at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def some_intervals(features: list[dict]) -> list[tuple[datetime | None, datetime | None]]:
    begins = sorted(begin for begin, _ in map(instants, features))
    ends = sorted(end for _, end in map(instants, features))
    middle, day = begins[len(begins) // 2], timedelta(days=1)
    return [
        (middle, None),
        (None, middle),
        (middle, middle + 20 * day),
        (ends[0], ends[0]),
        (begins[0] - 9 * day, begins[0] - day),
        (ends[-1] + day, None),
        (begins[0], ends[-1]),
    ]


def telling_filters(features: list[dict]):
    """A box and an interval that together select the most features, but not all there are."""
    best = ((-180, -90, 180, 90), (None, None), set())
    for bounds in odd_boxes(features):
        inside = set(intersecting(features, box(*bounds)))
        for interval in some_intervals(features):
            both = inside & set(during(features, *interval))
            if len(best[2]) < len(both) < len(features):
                best = (bounds, interval, both)
    return best


def rings(geometry: dict) -> list:
    polygons = {"Polygon": [geometry.get("coordinates")], "MultiPolygon": geometry.get("coordinates")}.get(geometry["type"], [])
    return [(number, ring) for polygon in polygons for number, ring in enumerate(polygon)]


def is_covered(geometry, bounds) -> bool:
    west, south, east, north = bounds if len(bounds) == 4 else (*bounds[:2], *bounds[3:5])
    area = (
        box(west, south, east, north)
        if west <= east
        else shapely.union(box(west, south, 180, north), box(-180, south, east, north))
    )
    return area.buffer(1e-6).covers(geometry)


def is_during(times: tuple[datetime, datetime], interval: list) -> bool:
    first, last = map(instant, interval)
    return (first is None or first <= times[0]) and (last is None or times[1] <= last)
