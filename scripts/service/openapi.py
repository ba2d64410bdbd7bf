"""Whether a service does what its OpenAPI document says: `openapi.py ADDRESS TOKEN`.

The document is validated; then schemathesis makes requests from it, right ones and wrong ones, and checks the answers. The
service must ask for tokens (so that it is seen to refuse those without) and allow few jobs at once.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import fixtures
from expectations import each_link
from harness import Api, expect
from openapi_spec_validator import OpenAPIV30SpecValidator

SEED = 20100916
EXAMPLES = 60  # requests an operation in a phase
SECONDS = 600  # for all of schemathesis; more is a failure
# The results of a failed job are an error, and it has nothing to be verified.
MAY_REFUSE = ["/jobs/{jobID}/results", "/jobs/{jobID}/verification"]


def validate(document: dict) -> None:
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OpenAPIV30SpecValidator(document).iter_errors()
    ]
    expect(not errors, "the OpenAPI document is not valid:\n" + "\n".join(errors))
    operations = [operation for entry in document["paths"].values() for operation in entry.values()]
    print(f"OpenAPI {document['openapi']}: valid, {len(document['paths'])} paths, {len(operations)} operations")


def run_jobs(api: Api) -> tuple[list[str], list[str]]:
    """Jobs to ask for, one that ended well and one that failed; and names of products."""
    jobs = [api.start("phdef", fixtures.phdef(), response="document"), api.start("phdef", fixtures.failing())]
    statuses = [api.ended(job)["status"] for job in jobs]
    expect(statuses == ["successful", "failed"], f"the jobs are {statuses}")
    products = api.read(f"/jobs/{jobs[0]}/results")
    return jobs, [Path(link["href"]).name for link in each_link(products)]


def first_features(api: Api) -> tuple[list[str], list[str]]:
    """Ids of collections and features, where the service has them."""
    response = api.get("/collections")
    if response.status_code != 200:
        return [], []
    collections = [collection["id"] for collection in response.json()["collections"]]
    pages = [api.get(f"/collections/{name}/items").json() for name in collections]
    return collections, [str(feature["id"]) for page in pages for feature in page["features"]]


def real_values(api: Api, document: dict) -> dict[str, list[str]]:
    """Values of path parameters that lead to something, by the names that the document gives them."""
    jobs, products = run_jobs(api)
    collections, features = first_features(api)
    values = {"processID": ["phdef", "curation", "echo"], "jobID": jobs, "name": products[:5]}
    values |= {
        "collectionId": collections[:3],
        "collectionID": collections[:3],
        "featureId": features[:5],
        "featureID": features[:5],
    }
    named = {part[1:-1] for path in document["paths"] for part in path.split("/") if part.startswith("{")}
    for name in sorted(named - set(values)):
        print(f"nothing real is known for the path parameter {name}")
    return {name: values[name] for name in sorted(named) if values.get(name)}


def is_free(parameter: dict) -> bool:
    """Whether a parameter has more rules than OpenAPI can tell, as instants and boxes have."""
    schema = parameter["schema"]
    return parameter["in"] == "query" and schema["type"] in ("array", "string") and "enum" not in str(schema)


def may_refuse(document: dict) -> list[str]:
    """Paths at which a request may be refused though it is as the document says: also those whose bodies depend on a process."""
    free = [
        path
        for path, entry in document["paths"].items()
        for operation in entry.values()
        if "requestBody" in operation or any(map(is_free, operation.get("parameters", [])))
    ]
    return sorted({*MAY_REFUSE, *free})


def configuration(token: str, document: dict, values: dict[str, list[str]]) -> str:
    """Most requests ask for what is there, the others for what schemathesis thinks of."""
    lines = [
        f"seed = {SEED}",
        "continue-on-failure = true",
        "request-timeout = 20.0",
        "max-stream-events = 5",
        "cache.enabled = false",
        f"headers = {{ Authorization = {json.dumps('Bearer ' + token)} }}",
        'warnings = ["missing_auth"]',
        "[generation]",
        f"max-examples = {EXAMPLES}",
        'database = "none"',
        "[phases]",
        "stateful.enabled = true",
        f"stateful.generation.max-examples = {EXAMPLES // 4}",
        "[parameters]",
        *(f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in values),
        *(f"[dictionaries.{name}]\nvalues = {json.dumps(found)}" for name, found in values.items()),
        # a job that is dismissed can still be looked at
        "[checks]",
        "use_after_free.enabled = false",
        *(
            f'[[operations]]\ninclude-path = "{path}"\nchecks.positive_data_acceptance.enabled = false'
            for path in may_refuse(document)
        ),
    ]
    return "\n".join(lines) + "\n"


def with_soft_limits(document: dict) -> dict:
    """The document without maxima of `limit`: by OGC API - Features a larger one is no error, though there is a maximum."""
    for entry in document["paths"].values():
        for operation in entry.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "limit":
                    parameter["schema"].pop("maximum", None)
    return document


def schemathesis(api: Api, token: str, document: dict) -> int:
    values = real_values(api, document)
    with tempfile.TemporaryDirectory() as folder:
        settings, described = Path(folder) / "schemathesis.toml", Path(folder) / "openapi.json"
        settings.write_text(configuration(token, document, values))
        described.write_text(json.dumps(with_soft_limits(document)))
        program = Path(sys.executable).with_name("schemathesis")
        command = [program, "--no-color", "--config-file", settings, "run", described, "--url", api.address]
        return subprocess.run(command, cwd=folder, timeout=SECONDS).returncode


def main() -> None:
    address, token = sys.argv[1:]
    api = Api(address, token)
    document = api.get("/api").json()
    validate(document)
    code = schemathesis(api, token, document)
    jobs = api.read("/jobs", params={"limit": 1})["numberMatched"]
    print(f"{jobs} jobs were submitted in all")
    expect(api.get("/health").status_code == 200, "/health is not well")
    sys.exit(code)


main()
