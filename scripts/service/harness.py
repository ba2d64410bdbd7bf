"""What the checks of the service share: requests, requirements and their table."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema


class Failure(AssertionError):
    """A requirement that is not met."""


class NotDeclared(Exception):
    """A requirement that does not apply: the service does not declare its class."""


def expect(condition: Any, message: str) -> None:
    if not condition:
        raise Failure(message)


def expect_schema(value: Any, schema: dict, what: str) -> None:
    """Whether a value has the form of a schema of the standard."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    errors = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    told = "; ".join(f"{'/'.join(map(str, error.absolute_path)) or 'document'}: {error.message[:160]}" for error in errors[:3])
    expect(not errors, f"{what}: {told}")


def media_type(response: httpx.Response) -> str:
    return response.headers.get("content-type", "").split(";")[0].strip().lower()


def brief(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.raw_path.decode()} -> {response.status_code} {response.text[:200]}"


def links(document: dict, rel: str) -> list[dict]:
    return [link for link in document.get("links", []) if link.get("rel") == rel]


class Api:
    """A service under test."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = address.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(timeout=60, headers=headers)

    def url(self, path: str) -> str:
        return path if "://" in path else self.address + path

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, self.url(path), **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def read(self, path: str, kind: str = "application/json", **more: Any) -> dict:
        """The document at a path, which must be there and of a media type."""
        response = self.get(path, **more)
        expect(response.status_code == 200, brief(response))
        expect(media_type(response) == kind, f"{path}: content-type {response.headers.get('content-type')}, not {kind}")
        return response.json()

    def execute(self, process: str, inputs: dict, headers: dict | None = None, **keys: Any) -> httpx.Response:
        return self.send("POST", f"/processes/{process}/execution", json={"inputs": inputs, **keys}, headers=headers)

    def start(self, process: str, inputs: dict, **keys: Any) -> str:
        """Starts a job and tells its number."""
        response = self.execute(process, inputs, **keys)
        expect(response.status_code == 201, brief(response))
        return response.json()["jobID"]

    def ended(self, job: str, seconds: float = 120) -> dict:
        """Waits for the end of a job."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            status = self.read(f"/jobs/{job}")
            if status["status"] not in ("accepted", "running"):
                return status
            time.sleep(0.2)
        raise Failure(f"job {job} has not ended after {seconds} s")

    def pages(self, path: str, kind: str, most: int = 1000, **more: Any) -> list[dict]:
        """A document and all that follow it by their links `next`."""
        found = [self.read(path, kind, **more)]
        while following := links(found[-1], "next"):
            expect(len(found) < most, f"{path}: the links `next` do not end after {most} pages")
            found.append(self.read(following[0]["href"], kind))
        return found


@dataclass
class Requirement:
    group: str
    identifier: str
    sentence: str
    check: Callable[[Any], None]


@dataclass
class Outcome:
    requirement: Requirement
    verdict: str
    why: str = ""


@dataclass
class Catalogue:
    """Requirements in the order in which they are written down."""

    requirements: list[Requirement] = field(default_factory=list)

    def requirement(self, group: str, identifier: str, sentence: str) -> Callable:
        def keep(check: Callable) -> Callable:
            self.requirements.append(Requirement(group, identifier, sentence, check))
            return check

        return keep

    def of_standard(self, standard: str, classes: str) -> Callable:
        """Keeps requirements of the classes of a standard; each applies where the service declares its class."""

        def requirement(name: str, identifier: str, sentence: str) -> Callable:
            def keep(check: Callable) -> Callable:
                def checked(world: Any) -> None:
                    world.declared(classes + name)
                    check(world)

                return self.requirement(f"{standard}, {name}", identifier, sentence)(checked)

            return keep

        return requirement


def judge(requirement: Requirement, world: Any) -> Outcome:
    try:
        requirement.check(world)
    except NotDeclared:
        return Outcome(requirement, "not declared")
    except Failure as failure:
        return Outcome(requirement, "failed", str(failure))
    except Exception as error:  # an answer of a form that nobody expects is a failure of the service, too
        return Outcome(requirement, "failed", f"{type(error).__name__}: {error}")
    return Outcome(requirement, "passed")


def print_table(outcomes: list[Outcome]) -> None:
    group = None
    for outcome in outcomes:
        requirement = outcome.requirement
        if requirement.group != group:
            group = requirement.group
            print(f"\n{group}")
        print(f"  {outcome.verdict:12} {requirement.identifier:52} {requirement.sentence}")
        if outcome.why:
            print(f"{'':15}{outcome.why}")
    counts = {verdict: sum(o.verdict == verdict for o in outcomes) for verdict in ("passed", "failed", "not declared")}
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def finish(outcomes: list[Outcome]) -> None:
    print_table(outcomes)
    sys.exit(any(outcome.verdict == "failed" for outcome in outcomes))
