"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): callbacks."""

import fixtures
import schemas
from expectations import expect_exception
from harness import Catalogue, expect, expect_schema
from world import PROCESSES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)


@requirement(
    "callback",
    "/req/callback/job-callback",
    "The ends of jobs are told to `subscriber`: results to successUri, a statusInfo to failedUri.",
)
def job_callback(world):
    done = world.receiver.wait("/done")
    expect(
        done == world.api.read(f"/jobs/{world.phdef['jobID']}/results"), f"successUri heard {str(done)[:200]}, not the results"
    )
    expect(world.failed, "no job has failed")
    failed = world.receiver.wait("/failed")
    expect_schema(failed, schemas.STATUS, "what failedUri heard")
    expect(failed["jobID"] == world.failed["jobID"] and failed["status"] == "failed", f"failedUri heard {failed}")


@requirement(
    "callback", "/req/callback/job-callback (schema)", "A subscriber that is not of the form of subscriber.yaml is refused."
)
def subscriber_schema(world):
    for subscriber in ({"successUri": "file:///x"}, {"successUri": 7}, "http://127.0.0.1/", []):
        expect_exception(world.api.execute("phdef", fixtures.phdef(products="toc"), subscriber=subscriber), 400)


@requirement(
    "callback", "/req/callback/job-callback (inProgressUri)", "inProgressUri is called, or a request with it is refused."
)
def in_progress(world):
    subscriber = world.subscriber | {"inProgressUri": world.receiver.address + "/progress"}
    response = world.api.execute("phdef", fixtures.phdef(products="toc"), subscriber=subscriber)
    if response.status_code == 201:
        world.api.ended(response.json()["jobID"])
        expect_schema(world.receiver.wait("/progress", 5), schemas.STATUS, "what inProgressUri heard")
    else:
        expect_exception(response, 400)
