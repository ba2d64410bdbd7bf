"""What many requirements expect of answers and documents."""

import schemas
from harness import brief, expect, expect_schema, media_type

EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
MISSING = "999999999"


def expect_exception(response, status: int, kind: str | None = None) -> None:
    """An answer in the form of the standard's exceptions, here problem details (RFC 9457)."""
    expect(response.status_code == status, f"{brief(response)}; {status} is due")
    expect(media_type(response) == "application/problem+json", f"{brief(response)}: content-type {media_type(response)}")
    expect_schema(response.json(), schemas.EXCEPTION, brief(response))
    expect(response.json().get("status") == status, f"{brief(response)}: `status` differs")
    if kind:
        expect(response.json()["type"] == EXCEPTIONS + kind, f"{brief(response)}: `type` should be {EXCEPTIONS + kind}")


def expect_links(document: dict, what: str) -> None:
    for link in document.get("links", []):
        expect(link.get("rel") and link.get("type"), f"{what}: a link without rel or type: {link}")


def expect_integer(parameter: dict, least: int | None = 1) -> None:
    schema = parameter["schema"]
    expect(parameter["in"] == "query" and not parameter.get("required"), f"{parameter['name']}: in {parameter['in']}")
    expect(schema.get("type") == "integer", f"{parameter['name']}: type {schema.get('type')}, not integer")
    expect(least is None or schema.get("minimum", 0) >= least, f"{parameter['name']}: minimum {schema.get('minimum')}")


def expect_texts(parameter: dict) -> None:
    schema = parameter["schema"]
    expect(parameter["in"] == "query" and not parameter.get("required"), f"{parameter['name']}: in {parameter['in']}")
    expect(
        schema.get("type") == "array" and schema["items"].get("type") == "string",
        f"{parameter['name']}: the schema is {schema}, not an array of strings",
    )


def expect_documented_type(response, answer: dict) -> None:
    kinds = [kind.split(";")[0] for kind in answer.get("content", {})]
    expect(media_type(response) in kinds, f"{brief(response)[:100]}: {media_type(response)} is not documented ({kinds})")


def each_link(value):
    """Every `{"href": ...}` in a document."""
    if isinstance(value, dict):
        if "href" in value:
            yield value
        for inner in value.values():
            yield from each_link(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from each_link(inner)
