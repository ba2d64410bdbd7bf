"""What the requirements look at: documents of the service and jobs that were run for the checks."""

from functools import cached_property

import fixtures
from harness import Api, Failure, NotDeclared, expect, media_type

PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
# What must be declared.
REQUIRED = [PROCESSES + name for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "callback", "dismiss")]
REQUIRED += [FEATURES + name for name in ("core", "geojson", "oas30")]
KNOWN = REQUIRED + [PROCESSES + "html", FEATURES + "html"]


class World:
    """Documents are read and jobs are run when a requirement asks for them first."""

    def __init__(self, api: Api, receiver=None) -> None:
        self.api = api
        self.receiver = receiver

    def declared(self, name: str) -> None:
        if name not in self.conformance["conformsTo"]:
            raise NotDeclared

    @cached_property
    def landing(self) -> dict:
        return self.api.read("/")

    @cached_property
    def conformance(self) -> dict:
        return self.api.read("/conformance")

    @cached_property
    def openapi(self) -> dict:
        response = self.api.get("/api")
        expect(
            response.status_code == 200 and media_type(response) == "application/vnd.oai.openapi+json",
            "/api is no OpenAPI document in JSON",
        )
        return response.json()

    def parameter(self, path: str, name: str) -> dict:
        """How the OpenAPI document defines a parameter of a GET."""
        templates = {self.plain(template): template for template in self.openapi["paths"]}
        template = templates.get(self.plain(path))
        expect(template, f"the OpenAPI document has no path {path}")
        entry = self.openapi["paths"][template]
        for parameter in entry.get("parameters", []) + entry["get"].get("parameters", []):
            parameter = self.resolved(parameter)
            if parameter["name"] == name:
                return parameter | {"schema": self.resolved(parameter["schema"])}
        raise Failure(f"the OpenAPI document has no parameter {name} of GET {path}")

    def resolved(self, value: dict) -> dict:
        while "$ref" in value:
            target = self.openapi
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            value = target
        return value

    @staticmethod
    def plain(template: str) -> str:
        """A path with the names of its parameters left out."""
        return "/".join("{}" if part.startswith("{") else part for part in template.split("/"))

    @cached_property
    def descriptions(self) -> dict[str, dict]:
        listed = self.api.read("/processes")["processes"]
        return {process["id"]: self.api.read(f"/processes/{process['id']}") for process in listed}

    @cached_property
    def subscriber(self) -> dict:
        return (
            {"successUri": self.receiver.address + "/done", "failedUri": self.receiver.address + "/failed"}
            if self.receiver
            else {}
        )

    @cached_property
    def phdef(self) -> dict:
        """The status of a job of phdef that has ended well."""
        job = self.api.start("phdef", fixtures.phdef(), response="document", **self.calls)
        return self.successful(job)

    @cached_property
    def raw(self) -> dict:
        """The same without `response`: the standard's default is `raw`."""
        return self.successful(self.api.start("phdef", fixtures.phdef(products="toc")))

    @cached_property
    def curation(self) -> dict:
        """The status of a job of curation that has ended well."""
        return self.successful(self.api.start("curation", fixtures.curation(self.phdef["jobID"]), response="document"))

    @cached_property
    def failed(self) -> dict:
        """The status of a job that has failed."""
        status = self.api.ended(self.api.start("phdef", fixtures.failing(), **self.calls))
        expect(status["status"] == "failed", f"a job with a wrong variable is {status['status']}")
        return status

    @cached_property
    def dismissal(self) -> tuple[str, list]:
        """A job that was dismissed, and the answers before (status, results), to DELETE, and after (status, results)."""
        job = self.api.start("phdef", fixtures.long())
        own = f"/jobs/{job}"
        answers = [
            self.api.get(own),
            self.api.get(own + "/results"),
            self.api.send("DELETE", own),
            self.api.get(own),
            self.api.get(own + "/results"),
        ]
        return job, answers

    @cached_property
    def crossing(self) -> dict:
        """The status of a job of phdef with events on both sides of the antimeridian."""
        return self.successful(self.api.start("phdef", fixtures.crossing(), response="document"))

    @cached_property
    def collection_list(self) -> dict:
        """The list of collections, when there are jobs with events."""
        for status in (self.phdef, self.crossing, self.curation):
            expect(status, "no job")
        return self.api.read("/collections")

    @cached_property
    def collections(self) -> list[tuple[dict, list[dict]]]:
        """Collections, each with all its features."""
        found = []
        for collection in self.collection_list["collections"][:8]:
            pages = self.api.pages(f"/collections/{collection['id']}/items", "application/geo+json", params={"limit": 100})
            found.append((collection, [feature for page in pages for feature in page["features"]]))
        return found

    @property
    def largest_collection(self) -> tuple[dict, list[dict]]:
        largest = max(self.collections, key=lambda entry: len(entry[1]), default=(None, []))
        expect(len(largest[1]) > 3, f"the largest collection has {len(largest[1])} features")
        return largest

    @cached_property
    def feature_paths(self) -> list[str]:
        """Paths of the collections, of one, of its features, of one of them."""
        collection, features = self.largest_collection
        own = f"/collections/{collection['id']}"
        return ["/collections", own, own + "/items", f"{own}/items/{features[0]['id']}"]

    @property
    def calls(self) -> dict:
        return {"subscriber": self.subscriber} if self.subscriber else {}

    def successful(self, job: str) -> dict:
        status = self.api.ended(job)
        expect(status["status"] == "successful", f"job {job} is {status['status']}: {status.get('message')}")
        return status
