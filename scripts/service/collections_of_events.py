"""Requirements of OGC API - Features - Part 1: Core 1.0 (OGC 17-069r4): what there is, collections."""

import schemas
from events import instants, is_covered, is_during
from expectations import expect_exception, expect_links
from harness import Catalogue, brief, expect, expect_schema, links
from shapely.geometry import shape
from world import FEATURES, World

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Features", FEATURES)
GEOJSON = "application/geo+json"


# What is there


@requirement("core", "/req/core/root-op", "The server supports GET at `/`.")
def root_op(world):
    expect(world.api.get("/").status_code == 200, "no landing page")


@requirement(
    "core", "/req/core/root-success", "The landing page links to the API (service-desc or service-doc), `conformance` and `data`."
)
def root_success(world):
    expect(links(world.landing, "service-desc") or links(world.landing, "service-doc"), "no link service-desc or service-doc")
    for rel, path in (("conformance", "/conformance"), ("data", "/collections")):
        expect([link["href"] for link in links(world.landing, rel)] == [world.api.address + path], f"no link {rel} to {path}")


@requirement("core", "/req/core/api-definition-op, -success", "The API definition has the paths of collections and features.")
def api_definition(world):
    paths = {World.plain(path) for path in world.openapi["paths"]}
    needed = {"/collections", "/collections/{}", "/collections/{}/items", "/collections/{}/items/{}"}
    expect(needed <= paths, f"the API definition lacks {sorted(needed - paths)}")


@requirement("core", "/req/core/conformance-op, -success", "/conformance lists the classes in `conformsTo`.")
def conformance(world):
    expect_schema(world.conformance, schemas.CONFORMANCE, "/conformance")


@requirement("core", "/req/core/http", "The server conforms to HTTP 1.1: HEAD, 405 with Allow, 404.")
def http(world):
    head = world.api.send("HEAD", "/collections")
    expect(head.status_code == 200 and not head.content, brief(head))
    wrong = world.api.send("DELETE", "/collections")
    expect_exception(wrong, 405)
    expect("GET" in wrong.headers.get("allow", ""), "405 without Allow")


@requirement("core", "/req/core/query-param-unknown", "A parameter that the API definition does not name is a 400.")
def query_param_unknown(world):
    for path in ["/", "/conformance", *world.feature_paths]:
        expect_exception(world.api.get(path, params={"colour": "red"}), 400)


@requirement("core", "/req/core/query-param-invalid", "A parameter with a wrong value is a 400.")
def query_param_invalid(world):
    items = world.feature_paths[2]
    wrong = {
        "limit": ["0", "-1", "many", "1.5", ""],
        "bbox": ["1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,5,-10", "1,2,3,", "", "nan,0,1,1", "0,0,inf,1", "1 2 3 4"],
        "datetime": ["yesterday", "2021/2020", "2020-13-01T00:00:00Z", "a/b/c", "", "2020-02-30T00:00:00Z"],
    }
    for name, values in wrong.items():
        for value in values:
            response = world.api.get(items, params={name: value})
            expect(response.status_code == 400, f"{name}={value}: {brief(response)[:160]}")
            expect_exception(response, 400)
    expect_exception(world.api.get(items + "?limit=1&limit=2"), 400)


@requirement("core", "/req/core/crs84", "Geometries are in WGS 84 longitude and latitude: within 180 and 90 degrees.")
def crs84(world):
    for collection, features in world.collections:
        expect(collection.get("crs", [schemas.CRS84])[0] == schemas.CRS84, f"{collection['id']}: crs {collection.get('crs')}")
        for feature in features:
            west, south, east, north = shape(feature["geometry"]).bounds
            inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
            expect(inside, f"{feature['id']} lies within {(west, south, east, north)}")


# Collections


@requirement("core", "/req/core/fc-md-op, -success", "/collections has the form of collections.yaml; ids are unique.")
def fc_md(world):
    expect_schema(world.collection_list, schemas.COLLECTIONS, "/collections")
    ids = [collection["id"] for collection in world.collection_list["collections"]]
    expect(len(set(ids)) == len(ids), f"ids are not unique: {ids}")


@requirement("core", "/req/core/fc-md-links", "/collections links to itself; every link has rel and type.")
def fc_md_links(world):
    expect(links(world.collection_list, "self"), "no link self")
    expect_links(world.collection_list, "/collections")


@requirement(
    "core", "/req/core/fc-md-items", "Every collection that the server has is listed, those of finished jobs among them."
)
def fc_md_items(world):
    expect(
        world.collection_list["collections"] and any(features for _, features in world.collections), "no collection with features"
    )


@requirement("core", "/req/core/fc-md-items-links", "Every collection links to its features (relation `items`, GeoJSON).")
def fc_md_items_links(world):
    for collection, _ in world.collections:
        expect_links(collection, collection["id"])
        found = [link["href"] for link in links(collection, "items") if link["type"] == GEOJSON]
        expect(found == [f"{world.api.address}/collections/{collection['id']}/items"], f"{collection['id']}: links items {found}")


@requirement("core", "/req/core/fc-md-extent", "The first box and interval of `extent` hold all features.")
def fc_md_extent(world):
    for collection, features in world.collections:
        extent = collection.get("extent", {})
        for wanted in ("spatial", "temporal"):
            expect(not features or wanted in extent, f"{collection['id']} has no {wanted} extent")
        for feature in features:
            expect(
                is_covered(shape(feature["geometry"]), extent["spatial"]["bbox"][0]),
                f"{feature['id']} lies outside of {extent['spatial']['bbox'][0]}",
            )
            expect(
                is_during(instants(feature), extent["temporal"]["interval"][0]),
                f"{feature['id']} is not in {extent['temporal']['interval'][0]}",
            )


@requirement("core", "/req/core/sfc-md-op, -success", "/collections/{id} says what the list says of it, with all its links.")
def sfc_md(world):
    for collection, _ in world.collections:
        one = world.api.read(f"/collections/{collection['id']}")
        expect_schema(one, schemas.COLLECTION, collection["id"])
        differ = [
            key for key in ("id", "title", "description", "extent", "itemType", "crs") if one.get(key) != collection.get(key)
        ]
        expect(not differ, f"{collection['id']}: {differ} differ")
        lacking = [link for link in collection["links"] if link["rel"] != "self" and link not in one["links"]]
        expect(not lacking, f"{collection['id']} lacks {lacking}")


@requirement("core", "/req/core/http (404)", "A collection or a feature that is not there is a 404.")
def missing(world):
    own = world.feature_paths[1]
    for path in (
        "/collections/none",
        "/collections/none/items",
        "/collections/999999999/items",
        own + "/items/none",
        own + "/items/%00",
        own + "/items/%ff",
        "/collections/%2e%2e/items",
    ):
        response = world.api.get(path)
        expect_exception(response, 400 if "%ff" in path and response.status_code == 400 else 404)
