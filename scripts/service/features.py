"""Requirements of OGC API - Features - Part 1: Core 1.0 (OGC 17-069r4): features and the parameters that select them."""

from datetime import datetime, timedelta, timezone

import schemas
import shapely
from events import during, instant, instants, intersecting, odd_boxes, some_intervals, telling_filters, text, written
from expectations import expect_integer, expect_links
from harness import Catalogue, brief, expect, expect_schema, links, media_type
from shapely.geometry import box
from world import FEATURES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Features", FEATURES)
GEOJSON = "application/geo+json"


@requirement("core", "/req/core/fc-op, fc-response", "Features of every collection are answered as a GeoJSON FeatureCollection.")
def fc_op(world):
    for collection, _ in world.collections:
        response = world.api.get(f"/collections/{collection['id']}/items")
        expect(
            response.status_code == 200 and media_type(response) == GEOJSON, f"{brief(response)[:160]}: {media_type(response)}"
        )


def items_parameter(world, name: str) -> dict:
    parameter = world.parameter("/collections/{}/items", name)
    expect(parameter["in"] == "query" and not parameter.get("required"), f"{name}: in {parameter['in']}")
    expect(parameter.get("style", "form") == "form", f"{name}: style {parameter.get('style')}")
    return parameter


@requirement(
    "core",
    "/req/core/fc-limit-definition",
    "`limit` is an integer from 1 with a maximum and a default; style form, explode false.",
)
def fc_limit_definition(world):
    parameter = items_parameter(world, "limit")
    expect_integer(parameter)
    schema = parameter["schema"]
    expect("maximum" in schema and 1 <= schema.get("default", 0) <= schema["maximum"], f"limit: {schema}")
    expect(parameter.get("explode") is False, "limit: explode is not false")


@requirement(
    "core", "/req/core/fc-limit-response-1", "No more features than `limit` and its maximum; a larger limit is no error."
)
def fc_limit_response(world):
    own, (_, features) = world.feature_paths[2], world.largest_collection
    most = items_parameter(world, "limit")["schema"].get("maximum", 10_000)
    for limit in (1, 2, most, most + 1, 4_000_000_000):
        page = world.api.read(own, GEOJSON, params={"limit": limit})
        wanted = min(limit, most, len(features))
        expect(len(page["features"]) <= wanted, f"limit={limit}: {len(page['features'])} features")


@requirement("core", "/req/core/fc-bbox-definition", "`bbox` is an array of four to six numbers; style form, explode false.")
def fc_bbox_definition(world):
    parameter = items_parameter(world, "bbox")
    schema = parameter["schema"]
    expect(schema.get("type") == "array" and schema["items"].get("type") == "number", f"bbox: {schema}")
    counts = {(part.get("minItems"), part.get("maxItems")) for part in [schema, *schema.get("oneOf", [])]}
    expect(counts & {(4, 6)} or {(4, 4), (6, 6)} <= counts, f"bbox: numbers {counts}")
    expect(parameter.get("explode") is False, "bbox: explode is not false")


def found_ids(world, collection: dict, **params) -> list:
    """Ids of all features by a filter, page by page."""
    pages = world.api.pages(f"/collections/{collection['id']}/items", GEOJSON, params=params | {"limit": 50})
    return [feature["id"] for page in pages for feature in page["features"]]


def expect_same(found: list, wanted: list, what: str) -> None:
    expect(len(set(found)) == len(found), f"{what}: a feature is there twice")
    more, less = sorted(set(map(str, found)) - set(map(str, wanted))), sorted(set(map(str, wanted)) - set(map(str, found)))
    expect(not more and not less, f"{what}: {len(found)} found of {len(wanted)}; too many: {more[:3]}, missing: {less[:3]}")


@requirement(
    "core", "/req/core/fc-bbox-response", "With `bbox` exactly the features whose geometry intersects the box are answered."
)
def fc_bbox_response(world):
    for collection, features in world.collections:
        for bounds in odd_boxes(features) if features else []:
            expect_same(
                found_ids(world, collection, bbox=text(bounds)),
                intersecting(features, box(*bounds)),
                f"{collection['id']}, bbox={text(bounds)}",
            )


@requirement("core", "/req/core/fc-bbox-response (height)", "Six numbers are taken; features without heights lie at all heights.")
def fc_bbox_of_six(world):
    for collection, features in world.collections:
        for west, south, east, north in odd_boxes(features) if features else []:
            bounds = (west, south, -10, east, north, 9000)
            expect_same(
                found_ids(world, collection, bbox=text(bounds)),
                intersecting(features, box(west, south, east, north)),
                f"{collection['id']}, bbox={text(bounds)}",
            )


@requirement(
    "core", "/req/core/fc-bbox-response (antimeridian)", "A box whose west is greater than its east spans the antimeridian."
)
def fc_bbox_across(world):
    for collection, features in world.collections:
        for west, east in ((100.0037, -100.0037), (179.9, -179.9), (-80.0037, -120.0037)):
            area = shapely.union(box(west, -90, 180, 90), box(-180, -90, east, 90))
            bounds = (west, -90, east, 90)
            expect_same(
                found_ids(world, collection, bbox=text(bounds)),
                intersecting(features, area),
                f"{collection['id']}, bbox={text(bounds)}",
            )


@requirement("core", "/req/core/fc-time-definition", "`datetime` is a string; style form, explode false.")
def fc_time_definition(world):
    parameter = items_parameter(world, "datetime")
    expect(parameter["schema"].get("type") == "string", f"datetime: {parameter['schema']}")
    expect(parameter.get("explode") is False, "datetime: explode is not false")


@requirement(
    "core",
    "/req/core/fc-time-response",
    "With `datetime` exactly the features are answered whose time intersects it: instant, interval, open ends.",
)
def fc_time_response(world):
    for collection, features in world.collections:
        for first, last in some_intervals(features) if features else []:
            forms = [f"{written(first)}/{written(last)}", f"{written(first, '')}/{written(last, '')}"]
            if first is not None and first == last:
                forms.append(written(first))
            for form in forms:
                expect_same(
                    found_ids(world, collection, datetime=form),
                    during(features, first, last),
                    f"{collection['id']}, datetime={form}",
                )


@requirement("core", "/req/core/fc-time-response (offsets)", "An instant with another offset than Z is the same instant.")
def fc_time_offsets(world):
    collection, features = world.largest_collection
    at = instants(features[0])[0]
    local = at.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    expect_same(found_ids(world, collection, datetime=local), during(features, at, at), f"datetime={local}")


@requirement(
    "core",
    "/req/core/fc-bbox-response, fc-time-response",
    "`bbox` and `datetime` together narrow down, also through the links `next`.",
)
def both_filters(world):
    collection, features = world.largest_collection
    bounds, (first, last), wanted = telling_filters(features)
    expect(len(wanted) > 1, "no two filters select more than one feature and fewer than all")
    pages = world.api.pages(
        f"/collections/{collection['id']}/items",
        GEOJSON,
        params={"bbox": text(bounds), "datetime": f"{written(first)}/{written(last)}", "limit": 1},
    )
    expect_same([feature["id"] for page in pages for feature in page["features"]], list(wanted), "both")


@requirement("core", "/req/core/fc-links, fc-rel-type", "A page links to itself as asked for; every link has rel and type.")
def fc_links(world):
    items = world.feature_paths[2]
    for page in world.api.pages(items, GEOJSON, params={"limit": 2})[:5]:
        expect_links(page, items)
        own = [world.api.read(link["href"], GEOJSON) for link in links(page, "self")]
        expect(
            own and [f["id"] for f in own[0]["features"]] == [f["id"] for f in page["features"]],
            f"the link self leads to another page: {links(page, 'self')}",
        )


@requirement(
    "core",
    "/rec/core/fc-next-1, fc-next-2, fc-next-3",
    "Following `next` to the end gives every feature once, in the same order for every limit.",
)
def fc_next(world):
    collection, features = world.largest_collection
    wanted = [feature["id"] for feature in features]
    for limit in (1, 2, 3, 7):
        pages = world.api.pages(f"/collections/{collection['id']}/items", GEOJSON, params={"limit": limit})
        expect([feature["id"] for page in pages for feature in page["features"]] == wanted, f"limit={limit}: other features")
        expect(all(len(page["features"]) == limit for page in pages[:-1]), f"limit={limit}: a page before the last is not full")


@requirement("core", "/req/core/fc-timeStamp", "`timeStamp` is when the answer was made.")
def fc_time_stamp(world):
    page = world.api.read(world.feature_paths[2], GEOJSON)
    if "timeStamp" in page:
        expect_schema(page["timeStamp"], schemas.INSTANT, "timeStamp")
        expect(
            abs(instant(page["timeStamp"]) - datetime.now(timezone.utc)) < timedelta(minutes=5), f"timeStamp {page['timeStamp']}"
        )


@requirement(
    "core", "/req/core/fc-numberMatched", "`numberMatched` is the number of all features that the filters select, on every page."
)
def fc_number_matched(world):
    collection, features = world.largest_collection
    items = f"/collections/{collection['id']}/items"
    for page in world.api.pages(items, GEOJSON, params={"limit": 2}):
        expect(page.get("numberMatched") == len(features), f"numberMatched {page.get('numberMatched')} of {len(features)}")
    bounds = odd_boxes(features)[1]
    page = world.api.read(items, GEOJSON, params={"bbox": text(bounds), "limit": 1})
    expect(page.get("numberMatched") == len(intersecting(features, box(*bounds))), f"with bbox: {page.get('numberMatched')}")


@requirement("core", "/req/core/fc-numberReturned", "`numberReturned` is the number of features of the page.")
def fc_number_returned(world):
    for page in world.api.pages(world.feature_paths[2], GEOJSON, params={"limit": 3}):
        expect(
            page.get("numberReturned") == len(page["features"]),
            f"numberReturned {page.get('numberReturned')} of {len(page['features'])}",
        )


@requirement("core", "/req/core/f-op, f-success", "Every feature can be read by its id, and is the one of the collection.")
def f_op(world):
    for collection, features in world.collections:
        for feature in features[:25]:
            one = world.api.read(f"/collections/{collection['id']}/items/{feature['id']}", GEOJSON)
            expect_schema(one, schemas.FEATURE, feature["id"])
            for key in ("id", "geometry", "properties"):
                expect(one[key] == feature[key], f"{feature['id']}: `{key}` differs")


@requirement("core", "/req/core/f-links", "A feature links to itself and to its collection.")
def f_links(world):
    for collection, features in world.collections:
        for feature in features[:3]:
            path = f"/collections/{collection['id']}/items/{feature['id']}"
            one = world.api.read(path, GEOJSON)
            expect_links(one, path)
            expect(
                [link["href"] for link in links(one, "self")] == [world.api.address + path], f"{path}: self {links(one, 'self')}"
            )
            expect(
                [link["href"] for link in links(one, "collection")] == [f"{world.api.address}/collections/{collection['id']}"],
                f"{path}: collection {links(one, 'collection')}",
            )
