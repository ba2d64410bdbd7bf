"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): JSON, descriptions of processes, the OpenAPI document."""

import jsonschema
import schemas
from expectations import expect_documented_type, expect_exception
from harness import Catalogue, brief, expect, expect_schema, links
from world import PROCESSES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)


# JSON


@requirement(
    "json", "/req/json/definition", "Every document is `application/json`, also where a client asks for it or for anything."
)
def json_definition(world):
    for path in (
        "/",
        "/conformance",
        "/processes",
        "/processes/phdef",
        "/jobs",
        f"/jobs/{world.phdef['jobID']}",
        f"/jobs/{world.phdef['jobID']}/results",
    ):
        for accepted in ("application/json", "*/*", "application/*;q=0.1"):
            world.api.read(path, headers={"accept": accepted})
    world.api.read("/processes?f=json")
    expect_exception(world.api.get("/processes?f=html"), 400)


# Descriptions


@requirement(
    "ogc-process-description", "/req/ogc-process-description/json-encoding", "Descriptions have the form of process.yaml."
)
def json_encoding(world):
    for name, description in world.descriptions.items():
        expect_schema(description, schemas.PROCESS, name)


@requirement(
    "ogc-process-description", "/req/ogc-process-description/inputs-def", "Inputs are an object of descriptions by name."
)
def inputs_def(world):
    for name, description in world.descriptions.items():
        expect_schema(description["inputs"], schemas.named(schemas.INPUT), name)
        expect(description["inputs"], f"{name} has no inputs")


def schema_errors(values: dict) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas.SCHEMA)
    found = {name: next(validator.iter_errors(value["schema"]), None) for name, value in values.items()}
    return [f"{name} ({error.json_path}: {error.message[:120]})" for name, error in found.items() if error]


@requirement(
    "ogc-process-description",
    "/req/ogc-process-description/input-def",
    "The schema of each input has the form of schema.yaml, of OpenAPI 3.0 (so no type `null`, no list of types).",
)
def input_def(world):
    wrong = {name: schema_errors(description["inputs"]) for name, description in world.descriptions.items()}
    told = "; ".join(
        f"{name}: {len(errors)} of {len(world.descriptions[name]['inputs'])}, as {errors[0]}"
        for name, errors in wrong.items()
        if errors
    )
    expect(not told, told)


@requirement(
    "ogc-process-description", "/req/ogc-process-description/input-def (references)", "No schema refers to what is not in it."
)
def no_dangling_references(world):
    for name, description in world.descriptions.items():
        expect('"$ref"' not in str(description).replace("'", '"'), f"{name} has a $ref")


@requirement(
    "ogc-process-description", "/req/ogc-process-description/outputs-def", "Outputs are an object of descriptions by name."
)
def outputs_def(world):
    for name, description in world.descriptions.items():
        expect_schema(description["outputs"], schemas.named(schemas.OUTPUT), name)
        expect(description["outputs"], f"{name} has no outputs")


@requirement(
    "ogc-process-description", "/req/ogc-process-description/output-def", "The schema of each output has the form of schema.yaml."
)
def output_def(world):
    for name, description in world.descriptions.items():
        expect(not schema_errors(description["outputs"]), f"{name}: {schema_errors(description['outputs'])}")


# OpenAPI


@requirement("oas30", "/req/oas30/oas-definition-1", "The landing page links with `service-desc` to OpenAPI 3.0 in JSON.")
def oas_definition_1(world):
    wanted = "application/vnd.oai.openapi+json;version=3.0"
    expect(wanted in [link["type"] for link in links(world.landing, "service-desc")], f"no link service-desc of type {wanted}")
    expect(world.openapi["openapi"].startswith("3.0."), f"version {world.openapi['openapi']}")


@requirement("oas30", "/req/oas30/oas-definition-2", "The document is valid OpenAPI 3.0.")
def oas_definition_2(world):
    from openapi_spec_validator import OpenAPIV30SpecValidator

    errors = [error.message[:200] for error in OpenAPIV30SpecValidator(world.openapi).iter_errors()]
    expect(not errors, "; ".join(errors[:3]))


@requirement(
    "oas30",
    "/req/oas30/oas-impl",
    "What the document describes is there: each GET that needs no parameters answers 200 in a type that it names.",
)
def oas_impl(world):
    for path, entry in world.openapi["paths"].items():
        if "{" in path or "get" not in entry:
            continue
        if any(world.resolved(parameter).get("required") for parameter in entry["get"].get("parameters", [])):
            continue
        response = world.api.get(path)
        expect(response.status_code == 200, brief(response))
        expect_documented_type(response, entry["get"]["responses"]["200"])


@requirement("oas30", "/req/oas30/completeness", "Each operation names its answers with the schemas of their documents.")
def oas_completeness(world):
    lacking = [
        f"{method.upper()} {path} {status}"
        for path, entry in world.openapi["paths"].items()
        for method, operation in entry.items()
        if method in ("get", "post", "delete", "put", "patch")
        for status, answer in operation["responses"].items()
        for kind, content in world.resolved(answer).get("content", {}).items()
        if "json" in kind and not content.get("schema")
    ]
    expect(not lacking, f"answers without a schema: {len(lacking)}, as {lacking[:4]}")


@requirement("oas30", "/req/oas30/exceptions-codes", "Each operation covers errors, with a schema of the exception.")
def exceptions_codes(world):
    for path, entry in world.openapi["paths"].items():
        for method, operation in entry.items():
            answers = [
                world.resolved(a) for status, a in operation["responses"].items() if status == "default" or status[0] in "45"
            ]
            kinds = [kind for answer in answers for kind in answer.get("content", {})]
            expect("application/problem+json" in kinds, f"{method.upper()} {path} names no errors")


@requirement("oas30", "/req/oas30/security", "Security schemes that operations name are defined.")
def oas_security(world):
    defined = set(world.openapi["components"].get("securitySchemes", {}))
    used = {
        name for e in world.openapi["paths"].values() for o in e.values() for needs in o.get("security", []) for name in needs
    }
    expect(used <= defined, f"not defined: {sorted(used - defined)}")
