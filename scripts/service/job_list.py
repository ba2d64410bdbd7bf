"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): the list of jobs."""

import time
from datetime import datetime, timedelta

import schemas
from expectations import expect_exception, expect_integer, expect_links, expect_texts
from harness import Catalogue, expect, expect_schema, links
from world import PROCESSES

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def listed(world, **params) -> list[dict]:
    """Jobs by a filter, all pages."""
    pages = world.api.pages("/jobs", "application/json", params=params | {"limit": 1000})
    return [job for page in pages for job in page["jobs"]]


def ids(jobs: list[dict]) -> list[str]:
    return [job["jobID"] for job in jobs]


def some_jobs(world) -> list[dict]:
    """All jobs, when one of every kind is among them and none is at work."""
    for status in (world.phdef, world.curation, world.failed, world.raw):
        expect(status, "no job")
    expect(world.dismissal, "no job was dismissed")
    until = time.monotonic() + 60
    while time.monotonic() < until and any(job["status"] in ("accepted", "running") for job in listed(world)):
        time.sleep(0.3)
    return listed(world)


@requirement("job-list", "/req/job-list/links (landing page)", "The landing page links to /jobs.")
def job_list_link(world):
    expect([link["href"] for link in links(world.landing, REL + "job-list")] == [world.api.address + "/jobs"], "no link job-list")


@requirement("job-list", "/req/job-list/job-list-op", "The server supports GET at `/jobs`.")
def job_list_op(world):
    expect(world.api.get("/jobs").status_code == 200, "no list of jobs")


@requirement(
    "job-list",
    "/req/job-list/job-list-success",
    "The list has the form of jobList.yaml and holds every job once, as its status says.",
)
def job_list_success(world):
    jobs = some_jobs(world)
    expect_schema(world.api.read("/jobs"), schemas.JOB_LIST, "/jobs")
    expect(len(set(ids(jobs))) == len(jobs), "a job is there twice")
    for status in (world.phdef, world.curation, world.failed):
        expect(status in jobs, f"job {status['jobID']} is not in the list as its status says")


@requirement("job-list", "/req/job-list/type-definition", "/jobs has a parameter `type`, an array of strings.")
def type_definition(world):
    expect_texts(world.parameter("/jobs", "type"))


@requirement("job-list", "/req/job-list/type-response", "Only jobs of the type are answered.")
def type_response(world):
    expect(ids(listed(world, type="process")) == ids(some_jobs(world)), "type=process leaves jobs out")
    expect_exception(world.api.get("/jobs", params={"type": "none"}), 400)


@requirement("job-list", "/req/job-list/processID-mandatory", "Every job of the list has a `processID`.")
def process_id_mandatory(world):
    expect(all(job.get("processID") in world.descriptions for job in some_jobs(world)), "a job without processID")


@requirement("job-list", "/req/job-list/processID-definition", "/jobs has a parameter `processID`, an array of strings.")
def process_id_definition(world):
    expect_texts(world.parameter("/jobs", "processID"))


@requirement(
    "job-list",
    "/req/job-list/processid-response",
    "Only jobs of the processes are answered; a list may be repeated (the standard's form) or with commas.",
)
def process_id_response(world):
    jobs = some_jobs(world)
    for name in ("phdef", "curation"):
        expect(
            ids(listed(world, processID=name)) == [job["jobID"] for job in jobs if job["processID"] == name], f"processID={name}"
        )
    expect(ids(listed(world, processID="phdef,curation")) == ids(jobs), "processID=phdef,curation")
    expect(ids(listed(world, processID=["phdef", "curation"])) == ids(jobs), "processID=phdef&processID=curation")


@requirement("job-list", "/req/job-list/processid-response (echo)", "A process that makes no jobs has none.")
def process_without_jobs(world):
    expect(listed(world, processID="echo") == [], "processID=echo")


@requirement("job-list", "/req/job-list/status-definition", "/jobs has a parameter `status`, an array of strings.")
def status_definition(world):
    expect_texts(world.parameter("/jobs", "status"))


@requirement(
    "job-list",
    "/req/job-list/status-response",
    "Only jobs of the statuses are answered; a list may be repeated (the standard's form) or with commas.",
)
def status_response(world):
    jobs = some_jobs(world)
    for name in ("accepted", "running", "successful", "failed", "dismissed"):
        expect(ids(listed(world, status=name)) == [job["jobID"] for job in jobs if job["status"] == name], f"status={name}")
    two = [job["jobID"] for job in jobs if job["status"] in ("failed", "dismissed")]
    expect(ids(listed(world, status="failed,dismissed")) == two, "status=failed,dismissed")
    expect(ids(listed(world, status=["failed", "dismissed"])) == two, "status=failed&status=dismissed")


@requirement("job-list", "/req/job-list/datetime-definition", "/jobs has a parameter `datetime`, a string.")
def datetime_definition(world):
    expect(world.parameter("/jobs", "datetime")["schema"].get("type") == "string", "datetime is no string")


@requirement(
    "job-list",
    "/req/job-list/datetime-response",
    "Only jobs `created` at the instant or in the interval are answered; open ends are `..` or nothing.",
)
def datetime_response(world):
    jobs = some_jobs(world)
    created = {job["jobID"]: datetime.fromisoformat(job["created"]) for job in jobs}
    middle = sorted(created.values())[len(jobs) // 2]
    text = middle.isoformat().replace("+00:00", "Z")
    for interval, is_in in {
        text: lambda at: at == middle,
        f"{text}/..": lambda at: at >= middle,
        f"{text}/": lambda at: at >= middle,
        f"../{text}": lambda at: at <= middle,
        f"/{text}": lambda at: at <= middle,
        f"{text}/{text}": lambda at: at == middle,
        "../2001-01-01T00:00:00Z": lambda at: False,
    }.items():
        wanted = [job for job in ids(jobs) if is_in(created[job])]
        found = ids(listed(world, datetime=interval))
        expect(found == wanted, f"datetime={interval}: {found}, not {wanted}")
    for wrong in ("yesterday", "2021/2020", "2020-13-01T00:00:00Z", "a/b/c", "", "2020-01-01T00:00:00Z/../.."):
        expect_exception(world.api.get("/jobs", params={"datetime": wrong}), 400)


@requirement(
    "job-list", "/req/job-list/duration-definition", "/jobs has parameters `minDuration` and `maxDuration`, integers of seconds."
)
def duration_definition(world):
    for name in ("minDuration", "maxDuration"):
        expect_integer(world.parameter("/jobs", name), None)


def duration(job: dict) -> timedelta | None:
    if "started" in job and "finished" in job:
        return datetime.fromisoformat(job["finished"]) - datetime.fromisoformat(job["started"])
    return None


@requirement("job-list", "/req/job-list/duration-response", "Only jobs that took as long are answered.")
def duration_response(world):
    ended = [job for job in some_jobs(world) if duration(job) is not None]
    longer = ids(listed(world, minDuration=3600))
    expect(longer == [], f"minDuration=3600: {longer}")
    found = ids(listed(world, maxDuration=3600))
    expect(set(ids(ended)) <= set(found), f"maxDuration=3600: {found}")
    expect_exception(world.api.get("/jobs", params={"minDuration": "long"}), 400)


@requirement("job-list", "/req/job-list/limit-definition", "/jobs has a parameter `limit`, an integer from 1.")
def limit_definition(world):
    expect_integer(world.parameter("/jobs", "limit"))


@requirement("job-list", "/req/job-list/limit-response", "No more jobs are answered than `limit` asks for; wrong ones are a 400.")
def limit_response(world):
    some_jobs(world)
    for limit in (1, 2, 1000):
        expect(len(world.api.read("/jobs", params={"limit": limit})["jobs"]) <= limit, f"more than {limit}")
    for limit in ("0", "-1", "many", "1.5", ""):
        expect_exception(world.api.get("/jobs", params={"limit": limit}), 400)


@requirement(
    "job-list",
    "/req/job-list/links",
    "Pages link to themselves as asked for, and with `next` to the end; together they hold every job once.",
)
def job_list_links(world):
    jobs = some_jobs(world)
    for limit in (1, 2, 3):
        pages = world.api.pages("/jobs", "application/json", params={"limit": limit, "type": "process"})
        expect([job["jobID"] for page in pages for job in page["jobs"]] == ids(jobs), f"limit={limit}: other jobs")
        expect(all(page.get("numberMatched", len(jobs)) == len(jobs) for page in pages), f"limit={limit}: numberMatched")
        for page in pages:
            expect_links(page, "/jobs")
            own = [world.api.read(link["href"]) for link in links(page, "self")]
            expect(
                own and own[0]["jobs"] == page["jobs"],
                f"limit={limit}: the link self leads to another page: {links(page, 'self')}",
            )
