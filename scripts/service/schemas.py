"""Schemas of OGC API - Processes 1.0 and OGC API - Features 1.0, as JSON Schema, and what OpenAPI 3.0 takes as a schema."""

TEXT = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def listed(schema: dict) -> dict:
    return {"type": "array", "items": schema}


def named(schema: dict) -> dict:
    return {"type": "object", "additionalProperties": schema}


def record(required: str, **properties: dict) -> dict:
    return {"type": "object", "required": required.split(), "properties": properties}


LINK = record("href", href=TEXT, rel=TEXT, type=TEXT, hreflang=TEXT, title=TEXT)
LINKS = listed(LINK)
LANDING_PAGE = record("links", title=TEXT, description=TEXT, links=LINKS)
CONFORMANCE = record("conformsTo", conformsTo=listed(TEXT))
EXCEPTION = record("type", type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, instance=TEXT)

PROCESS_SUMMARY = record(
    "id version",
    id=TEXT,
    version=TEXT,
    title=TEXT,
    description=TEXT,
    jobControlOptions=listed({"enum": ["sync-execute", "async-execute", "dismiss"]}),
    outputTransmission=listed({"enum": ["value", "reference"]}),
    links=LINKS,
)
PROCESS_LIST = record("processes links", processes=listed(PROCESS_SUMMARY), links=LINKS)
INPUT = record(
    "schema",
    title=TEXT,
    description=TEXT,
    schema={"type": "object"},
    minOccurs={"type": "integer", "minimum": 0},
    maxOccurs={"anyOf": [{"type": "integer", "minimum": 1}, {"const": "unbounded"}]},
)
OUTPUT = record("schema", title=TEXT, description=TEXT, schema={"type": "object"})
PROCESS = {"allOf": [PROCESS_SUMMARY, record("inputs outputs", inputs=named(INPUT), outputs=named(OUTPUT))]}

STATUS = record(
    "jobID status type",
    processID=TEXT,
    jobID=TEXT,
    type={"const": "process"},
    status={"enum": ["accepted", "running", "successful", "failed", "dismissed"]},
    message=TEXT,
    created=INSTANT,
    started=INSTANT,
    finished=INSTANT,
    updated=INSTANT,
    progress={"type": "integer", "minimum": 0, "maximum": 100},
    links=LINKS,
)
JOB_LIST = record("jobs links", jobs=listed(STATUS), links=LINKS)

PLAIN_VALUE = {"type": ["string", "number", "boolean", "array"]}
QUALIFIED_VALUE = {"type": "object", "required": ["value"]}
RESULTS = named({"anyOf": [PLAIN_VALUE, QUALIFIED_VALUE, LINK]})

NUMBERS = listed({"type": "number"})
BBOX = {"type": "array", "items": {"type": "number"}, "anyOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]}
SPATIAL = record("bbox", bbox={"type": "array", "minItems": 1, "items": BBOX}, crs=TEXT)
INTERVAL = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"anyOf": [INSTANT, {"type": "null"}]}}
TEMPORAL = record("interval", interval={"type": "array", "minItems": 1, "items": INTERVAL}, trs=TEXT)
COLLECTION = record(
    "id links",
    id=TEXT,
    title=TEXT,
    description=TEXT,
    links=LINKS,
    extent={"type": "object", "properties": {"spatial": SPATIAL, "temporal": TEMPORAL}},
    itemType=TEXT,
    crs=listed(TEXT),
)
COLLECTIONS = record("links collections", links=LINKS, collections=listed(COLLECTION))
GEOMETRY = {
    "anyOf": [
        {"type": "null"},
        record(
            "type coordinates",
            type={"enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]},
            coordinates={"type": "array"},
        ),
        record("type geometries", type={"const": "GeometryCollection"}, geometries={"type": "array"}),
    ]
}
FEATURE = record(
    "type geometry properties",
    type={"const": "Feature"},
    geometry=GEOMETRY,
    properties={"type": ["object", "null"]},
    id={"type": ["string", "integer"]},
    links=LINKS,
    bbox=BBOX,
)
FEATURE_COLLECTION = record(
    "type features",
    type={"const": "FeatureCollection"},
    features=listed(FEATURE),
    links=LINKS,
    timeStamp=INSTANT,
    numberMatched={"type": "integer", "minimum": 0},
    numberReturned={"type": "integer", "minimum": 0},
)

# schema.yaml of OGC API - Processes: the schema object of OpenAPI 3.0
INNER = {"$ref": "#"}
NUMBER, WHOLE, YES_OR_NO, ANY = {"type": "number"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}, {}
SCHEMA = {
    "anyOf": [
        record("$ref", **{"$ref": TEXT}),
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                **dict.fromkeys(
                    ("title", "pattern", "description", "format", "contentMediaType", "contentEncoding", "contentSchema"), TEXT
                ),
                **dict.fromkeys(("multipleOf", "maximum", "minimum"), NUMBER),
                **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"), WHOLE),
                **dict.fromkeys(
                    ("exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"),
                    YES_OR_NO,
                ),
                **dict.fromkeys(("allOf", "oneOf", "anyOf"), listed(INNER)),
                **dict.fromkeys(("not", "items"), INNER),
                **dict.fromkeys(("default", "example"), ANY),
                "type": {"enum": ["array", "boolean", "integer", "number", "object", "string"]},
                "required": {"type": "array", "items": TEXT, "minItems": 1},
                "enum": {"type": "array", "minItems": 1},
                "properties": named(INNER),
                "additionalProperties": {"anyOf": [INNER, YES_OR_NO]},
            },
        },
    ]
}
