"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): execution."""

import fixtures
import schemas
from expectations import expect_exception
from harness import Catalogue, brief, expect, expect_schema, media_type
from world import PROCESSES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)


@requirement("core", "/req/core/process-execute-op", "The server supports POST at `/processes/{processID}/execution`.")
def process_execute_op(world):
    expect(world.api.execute("echo", {"message": "hallo"}).status_code == 200, "echo cannot be executed")


@requirement("core", "/req/core/process-execute-request", "A body that is no execute request is refused.")
def process_execute_request(world):
    post = lambda **more: world.api.send("POST", "/processes/echo/execution", **more)
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"inputs": []}',
        b'{"inputs": {"message": "x"}, "outputs": 7}',
        b'{"inputs": {"message": "x"}, "response": "loud"}',
    ):
        expect_exception(post(content=body, headers={"content-type": "application/json"}), 400)


@requirement("core", "/req/core/process-execute-inputs", 'Inputs may be values or qualified values (`{"value": ...}`).')
def process_execute_inputs(world):
    for value in ("hallo", {"value": "hallo"}, {"value": "hallo", "mediaType": "text/plain"}):
        echoed = world.api.execute("echo", {"message": value}, response="document")
        expect(echoed.status_code == 200 and "hallo" in echoed.text, brief(echoed))


@requirement("core", "/req/core/process-execute-input-validation", "Inputs are validated by the schemas of the description.")
def process_execute_input_validation(world):
    for inputs in ({"message": 7}, {"message": {"value": [1]}}):
        expect_exception(world.api.execute("echo", inputs), 400)
    for inputs in (
        {},
        {"collection": "A", "colour": 1},
        {"collection": "A", "min_size": "many"},
        {"collection": "A", "bbox": "here"},
    ):
        expect_exception(world.api.execute("phdef", inputs), 400)
    for inputs in ({}, {"phdef": "x", "collection": "A"}, {"phdef": 10**30, "collection": "A"}):
        expect_exception(world.api.execute("curation", inputs), 400)


@requirement(
    "core",
    "/req/core/process-execute-default-execution-mode",
    "Without Prefer the only mode of a process is taken: echo at once, phdef as a job.",
)
def default_execution_mode(world):
    expect(world.api.execute("echo", {"message": "x"}).status_code == 200, "echo does not answer at once")
    expect(world.raw["jobID"], "phdef makes no job")


@requirement(
    "core",
    "/req/core/process-execute-auto-execution-mode",
    "With `Prefer: respond-async` a process that can only be executed at once answers at once.",
)
def auto_execution_mode(world):
    response = world.api.execute("echo", {"message": "x"}, headers={"prefer": "respond-async"})
    expect(response.status_code == 200, brief(response))


@requirement(
    "core", "/req/core/process-execute-sync-raw-value-one", "Without `response` (raw), one output by value is the body itself."
)
def sync_raw_value_one(world):
    for keys in ({}, {"response": "raw"}, {"outputs": {"echo": {"transmissionMode": "value"}}}):
        response = world.api.execute("echo", {"message": "hallo"}, **keys)
        expect(response.status_code == 200 and media_type(response) == "application/json", brief(response))
        schema = world.descriptions["echo"]["outputs"]["echo"]["schema"]
        expect_schema(response.json(), schema, "echo by its output's schema")
        expect(response.json() == {"message": "hallo"}, f"the output `echo` should be the body, which is {response.text}")


@requirement(
    "core", "/req/core/process-execute-sync-document", "With `response: document` the answer has the form of results.yaml."
)
def sync_document(world):
    response = world.api.execute("echo", {"message": "hallo"}, response="document")
    expect(response.status_code == 200 and media_type(response) == "application/json", brief(response))
    expect(set(response.json()) == {"echo"}, f"outputs: {sorted(response.json())}")
    expect_schema(response.json(), schemas.RESULTS, f'{response.text} (an object is written as {{"value": ...}})')


@requirement(
    "core",
    "/req/core/process-execute-default-outputs",
    "Without `outputs` all are answered; an output that is not there is refused.",
)
def default_outputs(world):
    every = world.api.execute("echo", {"message": "x"}, response="document").json()
    expect(set(every) == set(world.descriptions["echo"]["outputs"]), f"outputs: {sorted(every)}")
    expect_exception(world.api.execute("echo", {"message": "x"}, outputs={"none": {}}), 400)


@requirement("core", "/req/core/process-execute-success-async", "A job is answered with 201, Location and a statusInfo.")
def success_async(world):
    response = world.api.execute("phdef", fixtures.phdef(products="toc"), headers={"prefer": "respond-async"})
    expect(response.status_code == 201 and media_type(response) == "application/json", brief(response))
    status = response.json()
    expect_schema(status, schemas.STATUS, brief(response))
    where = response.headers.get("location", "")
    expect(where == f"{world.api.address}/jobs/{status['jobID']}", f"Location: {where}")
    expect(status["status"] in ("accepted", "running"), f"a new job is {status['status']}")
    expect(world.api.get(where).json()["jobID"] == status["jobID"], f"{where} is another job")
    world.successful(status["jobID"])
