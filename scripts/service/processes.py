"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): what there is, processes."""

import schemas
from expectations import MISSING, expect_exception, expect_integer, expect_links
from harness import Catalogue, brief, expect, expect_schema, links, media_type
from world import PROCESSES, World

CATALOGUE = Catalogue()
requirement = CATALOGUE.of_standard("OGC API - Processes", PROCESSES)
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


# Core: what there is


@requirement("core", "/req/core/landingpage-op", "The server supports GET at `/`.")
def landingpage_op(world):
    expect(world.api.get("/").status_code == 200, "no landing page")


@requirement(
    "core", "/req/core/landingpage-success", "The landing page links to the API definition, /conformance and /processes."
)
def landingpage_success(world):
    expect_schema(world.landing, schemas.LANDING_PAGE, "/")
    expect(links(world.landing, "service-desc") or links(world.landing, "service-doc"), "no link service-desc or service-doc")
    for name in ("conformance", "processes"):
        expect(links(world.landing, REL + name), f"no link {REL}{name}")


@requirement(
    "core",
    "/req/core/landingpage-success (links)",
    "Each link of the landing page leads to a document of the type that it names.",
)
def landingpage_links(world):
    expect_links(world.landing, "/")
    for link in world.landing["links"]:
        response = world.api.get(link["href"])
        expect(response.status_code == 200, brief(response))
        expect(
            media_type(response) == link["type"].split(";")[0],
            f"{link['href']} is {media_type(response)}, linked as {link['type']}",
        )


@requirement("core", "/req/core/api-definition-op", "The API definition that the landing page links to can be read.")
def api_definition_op(world):
    for link in links(world.landing, "service-desc") + links(world.landing, "service-doc"):
        expect(world.api.get(link["href"]).status_code == 200, f"{link['href']} cannot be read")


@requirement("core", "/req/core/api-definition-success", "The API definition describes the API itself.")
def api_definition_success(world):
    paths = {World.plain(path) for path in world.openapi["paths"]}
    needed = {"/", "/conformance", "/processes", "/processes/{}", "/processes/{}/execution", "/jobs/{}", "/jobs/{}/results"}
    expect(needed <= paths, f"the API definition lacks {sorted(needed - paths)}")


@requirement("core", "/req/core/conformance-op", "The server supports GET at `/conformance`.")
def conformance_op(world):
    expect(world.api.get("/conformance").status_code == 200, "no conformance page")


@requirement("core", "/req/core/conformance-success", "/conformance lists the classes in `conformsTo`.")
def conformance_success(world):
    expect_schema(world.conformance, schemas.CONFORMANCE, "/conformance")


@requirement(
    "core",
    "/req/core/http",
    "The server conforms to HTTP 1.1: HEAD as GET without a body, 405 with Allow, 404 for what is not there.",
)
def http(world):
    head = world.api.send("HEAD", "/processes")
    expect(head.status_code == 200 and not head.content, brief(head))
    wrong = world.api.send("PUT", "/processes")
    expect(
        wrong.status_code == 405 and "GET" in wrong.headers.get("allow", ""),
        f"{brief(wrong)}, allow: {wrong.headers.get('allow')}",
    )
    expect_exception(world.api.get("/no-such-thing"), 404)


# Core: processes


@requirement("core", "/req/core/process-list", "The server supports GET at `/processes`.")
def process_list(world):
    expect(world.api.get("/processes").status_code == 200, "no list of processes")


@requirement("core", "/req/core/pl-limit-definition", "/processes has a parameter `limit`, an integer from 1.")
def pl_limit_definition(world):
    expect_integer(world.parameter("/processes", "limit"))


@requirement("core", "/req/core/pl-limit-response", "No more processes are answered than `limit` asks for.")
def pl_limit_response(world):
    for limit in (1, 2, 1000):
        expect(len(world.api.read("/processes", params={"limit": limit})["processes"]) <= limit, f"more than {limit}")
    for limit in ("0", "-1", "many", "1.5", ""):
        expect_exception(world.api.get("/processes", params={"limit": limit}), 400)


@requirement("core", "/req/core/process-list-success", "The list has the form of processList.yaml, ids are unique.")
def process_list_success(world):
    document = world.api.read("/processes")
    expect_schema(document, schemas.PROCESS_LIST, "/processes")
    ids = [process["id"] for process in document["processes"]]
    expect(len(set(ids)) == len(ids), f"ids are not unique: {ids}")


@requirement("core", "/req/core/pl-links", "The list links to itself, and every link has a type.")
def pl_links(world):
    whole = world.api.read("/processes")
    expect(links(whole, "self"), "no link self")
    expect_links(whole, "/processes")


@requirement(
    "core", "/rec/core/next-1, next-2", "Pages that a limit cuts are linked with `next` and together hold every process once."
)
def pl_next(world):
    whole = world.api.read("/processes")
    pages = world.api.pages("/processes", "application/json", params={"limit": 1})
    ids = [process["id"] for page in pages for process in page["processes"]]
    wanted = [process["id"] for process in whole["processes"]]
    expect(ids == wanted, f"with limit=1 and the links next: {ids} of {wanted}")


@requirement("core", "/req/core/process", "The server supports GET at `/processes/{processID}` for every process listed.")
def process(world):
    expect(len(world.descriptions) >= 3, f"processes: {list(world.descriptions)}")


@requirement("core", "/req/core/process-success", "A description has the form of process.yaml and of the list's summary.")
def process_success(world):
    for summary in world.api.read("/processes")["processes"]:
        description = world.descriptions[summary["id"]]
        expect_schema(description, schemas.PROCESS, summary["id"])
        differ = [key for key in summary if key != "links" and description.get(key) != summary[key]]
        expect(not differ, f"{summary['id']}: summary and description differ in {differ}")


@requirement(
    "core", "/req/core/process-exception/no-such-process", "A process that is not there is a 404 of type no-such-process."
)
def no_such_process(world):
    for name in ("none", "ph%20def", "%2e%2e", "x" * 3000):
        expect_exception(world.api.get(f"/processes/{name}"), 404, "no-such-process")
    expect_exception(world.api.execute("none", {}), 404, "no-such-process")


@requirement(
    "core",
    "exception.yaml",
    "Every refusal is an exception: a path that is no UTF-8, a body that is too large, a method that is not there.",
)
def refusals_are_exceptions(world):
    for path in (
        "/processes/%ff",
        "/jobs/%ff",
        "/jobs/%ff/results",
        f"/jobs/{MISSING}/files/%ff",
        f"/jobs/{world.phdef['jobID']}/files/%ff",
    ):
        response = world.api.get(path)
        expect_exception(response, 400 if response.status_code == 400 else 404)
    expect_exception(world.api.execute("echo", {"message": "x" * (2 << 20)}), 413)
    expect_exception(world.api.send("PUT", "/jobs"), 405)
