"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): jobs, their results and their dismissal."""

import time
from datetime import datetime

import schemas
from expectations import MISSING, each_link, expect_exception, expect_links
from harness import Catalogue, brief, expect, expect_schema, links, media_type
from world import PROCESSES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


# Core: jobs


@requirement("core", "/req/core/job", "The server supports GET at `/jobs/{jobID}`.")
def job(world):
    expect(world.api.get(f"/jobs/{world.phdef['jobID']}").status_code == 200, "no status")


@requirement(
    "core",
    "/req/core/job-success",
    "Statuses of jobs of every kind have the form of statusInfo.yaml, with links self and results.",
)
def job_success(world):
    dismissed = world.api.read(f"/jobs/{world.dismissal[0]}")
    for status in (world.phdef, world.curation, world.failed, dismissed):
        expect_schema(status, schemas.STATUS, f"job {status['jobID']}")
        expect_links(status, f"job {status['jobID']}")
        expect(links(status, "self"), f"job {status['jobID']} has no link self")
    for status in (world.phdef, world.curation):
        expect(
            [link["href"] for link in links(status, REL + "results")] == [f"{world.api.address}/jobs/{status['jobID']}/results"],
            "no link to results",
        )
        expect(status["progress"] == 100, f"progress {status['progress']}")
    expect(not links(world.failed, REL + "results"), "a failed job links to results")


@requirement("core", "/req/core/job-success (times)", "created <= started <= finished, updated last; a failed job says why.")
def job_times(world):
    for status in (world.phdef, world.curation, world.failed):
        times = [datetime.fromisoformat(status[key]) for key in ("created", "started", "finished")]
        expect(times == sorted(times), f"job {status['jobID']}: {times}")
        expect(datetime.fromisoformat(status["updated"]) >= times[1], f"job {status['jobID']}: updated before it started")
    expect("none" in world.failed.get("message", ""), f"message: {world.failed.get('message')}")


@requirement("core", "/req/core/job-exception-no-such-job", "A job that is not there is a 404 of type no-such-job.")
def no_such_job(world):
    for name in (MISSING, "0", "-1", "x", "1e3", "%00", "%2e%2e%2fx", "9" * 400):
        expect_exception(world.api.get(f"/jobs/{name}"), 404, "no-such-job")


@requirement("core", "/req/core/job-results", "The server supports GET at `/jobs/{jobID}/results`.")
def job_results(world):
    expect(world.api.get(f"/jobs/{world.phdef['jobID']}/results").status_code == 200, "no results")


@requirement(
    "core", "/req/core/job-results-async-document", "Results of a job with `response: document` have the form of results.yaml."
)
def job_results_async_document(world):
    for status in (world.phdef, world.curation):
        results = world.api.read(f"/jobs/{status['jobID']}/results")
        outputs = world.descriptions[status["processID"]]["outputs"]
        expect(set(results) == set(outputs), f"outputs {sorted(results)}, described {sorted(outputs)}")
        expect_schema(results, schemas.RESULTS, f"/jobs/{status['jobID']}/results")


@requirement(
    "core",
    "/req/core/job-results-async-raw-value-one or -raw-ref",
    "Results of a job without `response` (raw): the value itself, or 204 with Link headers.",
)
def job_results_async_raw(world):
    description = world.descriptions["phdef"]
    response = world.api.get(f"/jobs/{world.raw['jobID']}/results")
    if response.status_code == 204:
        expect("link" in response.headers, "204 without a Link header")
        return
    expect(
        "value" in description["outputTransmission"],
        f"{brief(response)}: outputs are transmitted by reference only, so 204 and Link headers are due",
    )
    expect(response.status_code == 200 and media_type(response) == "application/json", brief(response))
    expect("products" not in response.json(), "the value of the only output should be the body")
    expect_schema(response.json(), description["outputs"]["products"]["schema"], "results by the output's schema")


@requirement(
    "core",
    "/req/core/job-results-async-document (links)",
    "Every product can be read, with the length and the media type that the results tell.",
)
def products_can_be_read(world):
    for status in (world.phdef, world.curation):
        found = list(each_link(world.api.read(f"/jobs/{status['jobID']}/results")))
        expect(len(found) > 3, f"{len(found)} products")
        for link in found:
            response = world.api.get(link["href"])
            expect(
                response.status_code == 200 and media_type(response) == link["type"].split(";")[0],
                f"{brief(response)[:120]}: {media_type(response)}, not {link['type']}",
            )
            expect(
                "length" not in link or len(response.content) == link["length"],
                f"{link['href']}: {len(response.content)} bytes of {link['length']}",
            )


@requirement(
    "core", "/req/core/job-results-exception/no-such-job", "Results of a job that is not there are a 404 of type no-such-job."
)
def results_no_such_job(world):
    for name in (MISSING, "x", "%00"):
        expect_exception(world.api.get(f"/jobs/{name}/results"), 404, "no-such-job")


@requirement(
    "core",
    "/req/core/job-results-exception/results-not-ready",
    "Results of a job that is not done are a 404 of type result-not-ready.",
)
def results_not_ready(world):
    status, results = world.dismissal[1][:2]
    expect(status.json()["status"] in ("accepted", "running"), f"the job that is to be dismissed is {status.json()['status']}")
    expect_exception(results, 404, "result-not-ready")


@requirement(
    "core",
    "/req/core/job-results-failed",
    "Results of a failed job are an exception with an error's code and a type that tells the reason.",
)
def results_failed(world):
    response = world.api.get(f"/jobs/{world.failed['jobID']}/results")
    expect(400 <= response.status_code < 600 and response.status_code != 404, brief(response))
    expect_exception(response, response.status_code)
    expect("none" in response.json()["detail"], brief(response))
    expect(
        response.json()["type"] != "about:blank", f"{brief(response)}: the `type` should correspond to the reason of the failure"
    )


@requirement("core", "query parameters", "A parameter that is unknown or comes twice is a 400 everywhere.")
def unknown_parameters(world):
    for path in (
        "/",
        "/api",
        "/conformance",
        "/processes",
        "/processes/echo",
        "/jobs",
        f"/jobs/{world.phdef['jobID']}",
        f"/jobs/{world.phdef['jobID']}/results",
    ):
        expect_exception(world.api.get(path, params={"colour": "red"}), 400)
    expect_exception(world.api.get("/processes?limit=1&limit=2"), 400)


# Dismissal


@requirement("dismiss", "/req/dismiss/job-dismiss-op", "The server supports DELETE at `/jobs/{jobID}`.")
def dismiss_op(world):
    answer = world.dismissal[1][2]
    expect(answer.status_code == 200, brief(answer))


@requirement(
    "dismiss",
    "/req/dismiss/job-dismiss-success",
    "The answer is a statusInfo of a job that is dismissed; so is its status from then on.",
)
def dismiss_success(world):
    _, _, answer, after, results = world.dismissal[1]
    for status in (answer, after):
        expect(media_type(status) == "application/json", brief(status))
        expect_schema(status.json(), schemas.STATUS, brief(status))
        expect(status.json()["status"] == "dismissed", brief(status))
    expect(400 <= results.status_code < 500, brief(results))
    time.sleep(3)
    expect(world.api.read(f"/jobs/{world.dismissal[0]}")["status"] == "dismissed", "a dismissed job came back")


@requirement(
    "dismiss",
    "/req/dismiss/job-dismiss-op (no-such-job)",
    "A job that is not there cannot be dismissed: 404 of type no-such-job.",
)
def dismiss_no_such_job(world):
    expect_exception(world.api.send("DELETE", f"/jobs/{MISSING}"), 404, "no-such-job")


@requirement(
    "dismiss",
    "/req/dismiss/job-dismiss-op (finished)",
    "To dismiss a job that has ended removes it: its status is told once more, as dismissed, then it is not there, nor are its results.",
)
def dismiss_finished(world):
    job = world.raw["jobID"]
    product = next(iter(world.api.read(f"/jobs/{job}/results").values()))["href"]
    answer = world.api.send("DELETE", f"/jobs/{job}")
    expect(answer.status_code == 200, brief(answer))
    expect_schema(answer.json(), schemas.STATUS, brief(answer))
    expect(answer.json()["status"] == "dismissed", brief(answer))
    for path in (f"/jobs/{job}", f"/jobs/{job}/results", product):
        expect_exception(world.api.get(path), 404)
    listed = [known["jobID"] for known in world.api.read("/jobs?limit=1000")["jobs"]]
    expect(job not in listed, "it is still listed")


@requirement("dismiss", "jobControlOptions.yaml", "Processes whose jobs can be dismissed say so in `jobControlOptions`.")
def dismiss_is_an_option(world):
    lacking = [
        n
        for n, d in world.descriptions.items()
        if "async-execute" in d["jobControlOptions"] and "dismiss" not in d["jobControlOptions"]
    ]
    expect(not lacking, f"without `dismiss`: {lacking}")
