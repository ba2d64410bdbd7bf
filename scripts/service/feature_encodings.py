"""Requirements of OGC API - Features - Part 1: Core 1.0 (OGC 17-069r4): GeoJSON, the OpenAPI document."""

import schemas
import shapely
from events import is_covered, rings
from expectations import expect_documented_type
from harness import Catalogue, expect, expect_schema
from shapely.geometry import shape
from world import FEATURES, World

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Features", FEATURES)
GEOJSON = "application/geo+json"


# GeoJSON


@requirement(
    "geojson",
    "/req/geojson/definition",
    "Features are `application/geo+json`, also where a client asks for it; collections are JSON.",
)
def geojson_definition(world):
    collections, own, items, feature = world.feature_paths
    for path, kind in ((collections, "application/json"), (own, "application/json"), (items, GEOJSON), (feature, GEOJSON)):
        for accepted in (kind, "*/*"):
            world.api.read(path, kind, headers={"accept": accepted})


@requirement("geojson", "/req/geojson/content", "Documents have the form of FeatureCollection and Feature; ids are unique.")
def geojson_content(world):
    for collection, features in world.collections:
        page = world.api.read(f"/collections/{collection['id']}/items", GEOJSON)
        expect_schema(page, schemas.FEATURE_COLLECTION, collection["id"])
        ids = [feature.get("id") for feature in features]
        expect(None not in ids and len(set(ids)) == len(ids), f"{collection['id']}: ids are missing or not unique")


@requirement(
    "geojson",
    "/req/geojson/content (geometry)",
    "Geometries are valid, not empty, and follow RFC 7946: rings closed, outer ones counterclockwise.",
)
def geojson_geometry(world):
    for _, features in world.collections:
        for feature in features:
            geometry = shape(feature["geometry"])
            expect(geometry.is_valid and not geometry.is_empty, f"{feature['id']}: {shapely.is_valid_reason(geometry)}")
            for number, ring in rings(feature["geometry"]):
                expect(ring[0] == ring[-1] and len(ring) >= 4, f"{feature['id']}: a ring is not closed")
                expect(shapely.LinearRing(ring).is_ccw == (number == 0), f"{feature['id']}: a ring turns the wrong way")


@requirement("geojson", "/req/geojson/content (bbox)", "Where a feature has a `bbox`, it is that of its geometry.")
def geojson_bbox(world):
    for _, features in world.collections:
        for feature in features:
            if len(feature.get("bbox", [])) == 4:
                west, south, east, north = feature["bbox"]
                expect(
                    is_covered(shape(feature["geometry"]), (west, south, east, north)), f"{feature['id']}: bbox {feature['bbox']}"
                )


# OpenAPI


@requirement(
    "oas30",
    "/req/oas30/oas-definition-1, -2, oas-impl",
    "The document describes collections and features with the types that are served.",
)
def oas_features(world):
    templates = {World.plain(template): template for template in world.openapi["paths"]}
    plain_paths = ("/collections", "/collections/{}", "/collections/{}/items", "/collections/{}/items/{}")
    for path, plain in zip(world.feature_paths, plain_paths, strict=True):
        expect(plain in templates, f"the OpenAPI document has no path {plain}")
        answer = world.resolved(world.openapi["paths"][templates[plain]]["get"]["responses"]["200"])
        expect_documented_type(world.api.get(path), answer)


@requirement("oas30", "/req/oas30/completeness", "Collections and features are described with schemas.")
def oas_completeness(world):
    for path, entry in world.openapi["paths"].items():
        if path.startswith("/collections"):
            content = world.resolved(entry["get"]["responses"]["200"]).get("content", {})
            expect(content and all(kind.get("schema") for kind in content.values()), f"GET {path} has no schema")


@requirement("oas30", "/req/oas30/exceptions-codes, security", "Errors of collections and features are described.")
def oas_exceptions(world):
    for path, entry in world.openapi["paths"].items():
        if path.startswith("/collections"):
            expect(set(entry["get"]["responses"]) & {"400", "4XX", "default"}, f"GET {path} names no errors")
