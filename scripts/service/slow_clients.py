"""Whether slow clients are ended and leave others alone: `slow_clients.py ADDRESS PID SECONDS`.

A hundred connections send nothing, send a header or a body byte by byte, or read products byte by byte. Meanwhile others must be answered
quickly; the server (process PID, `http.seconds` SECONDS) must end the slow ones and keep no memory of them.
"""

import socket
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import fixtures
from expectations import each_link
from harness import Api, Catalogue, expect, finish, judge

CATALOGUE = Catalogue()
GROUP = "Slow clients"
COUNTS = {"silent": 10, "header": 30, "body": 30, "download": 30}
STEP = 0.2  # seconds between bytes
QUICK = 1.0  # seconds that half of the others may wait; none may wait as long as a slow one is let
MARGIN = 60.0  # seconds after the limit in which the server may clean up, on a machine that does much else
MEMORY = 64 << 20  # bytes that the server may have gained
ESTABLISHED = "01"


@dataclass
class Slow:
    """A connection that is slow in one way."""

    kind: str
    connection: socket.socket
    rest: bytes
    ended: float | None = None

    @property
    def port(self) -> int:
        return self.connection.getsockname()[1]

    def step(self) -> None:
        """Sends or reads one byte."""
        try:
            if self.rest:
                self.rest = self.rest[self.connection.send(self.rest[:1]) :]
            elif self.kind == "download":
                self.connection.recv(1)
        except OSError:
            pass  # the server has ended it, or there is nothing to read yet; `server_side` tells which


def connect(address: str, kind: str, at_once: bytes, slowly: bytes) -> Slow:
    connection = socket.socket()
    # a small buffer, so that the server notices that nothing is read
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(5)
    connection.connect((urlsplit(address).hostname, urlsplit(address).port))
    connection.sendall(at_once)
    connection.setblocking(False)
    return Slow(kind, connection, slowly)


def silent(address: str, _: str) -> Slow:
    return connect(address, "silent", b"", b"")


def slow_header(address: str, _: str) -> Slow:
    return connect(address, "header", b"GET /health HTTP/1.1\r\nhost: x\r\n", b"x-slow: " + b"y" * 10_000)


def slow_body(address: str, _: str) -> Slow:
    head = (
        b"POST /processes/echo/execution HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n"
    )
    return connect(address, "body", head, b'{"inputs": {"message": "' + b"y" * 9_000)


def slow_download(address: str, product: str) -> Slow:
    # many requests on one connection are more than the buffers of the system hold
    request = f"GET {urlsplit(product).path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
    return connect(address, "download", request * 400, b"")


def server_side(port: int) -> dict[int, str]:
    """The states of the server's connections, by the ports of the clients."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, local, remote, state = line.split()[:4]
            if int(local.split(":")[1], 16) == port:
                found[int(remote.split(":")[1], 16)] = state
    return found


def memory(pid: int) -> int:
    """Bytes that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmRSS"))
    return int(line.split()[1]) << 10


class Others:
    """A client that asks all the time and notes how long it waits."""

    def __init__(self, address: str) -> None:
        self.api, self.stop = Api(address), Event()
        self.waits: list[float] = []
        self.wrong: list[str] = []
        self.thread = Thread(target=self.ask, daemon=True)
        self.thread.start()

    def ask(self) -> None:
        while not self.stop.wait(0.05):
            for path in ("/health", "/processes", "/jobs"):
                self.once(path)

    def once(self, path: str) -> None:
        begun = time.monotonic()
        try:
            status = self.api.get(path).status_code
        except Exception as error:
            status = type(error).__name__
        self.waits.append(time.monotonic() - begun)
        if status != 200:
            self.wrong.append(f"{path} -> {status}")

    def end(self) -> None:
        self.stop.set()
        self.thread.join(60)


class Siege:
    """What happened while the slow clients were there."""

    def __init__(self, address: str, pid: int, seconds: float) -> None:
        self.api, self.address, self.pid, self.limit = Api(address), address, pid, seconds
        self.product = self.largest_product()
        self.before = memory(pid)
        others = Others(address)
        time.sleep(1)
        self.slow = [make(address, self.product) for make in self.makers()]
        self.peak = self.watch()
        others.end()
        self.waits, self.wrong = others.waits, others.wrong
        self.left = self.count_left()
        self.ports = {slow.port for slow in self.slow}
        for slow in self.slow:
            slow.connection.close()
        time.sleep(1)
        self.after = memory(pid)

    def largest_product(self) -> str:
        job = self.api.start("phdef", fixtures.phdef(products="all"), response="document")
        expect(self.api.ended(job)["status"] == "successful", "the job for the downloads fails")
        products = each_link(self.api.read(f"/jobs/{job}/results"))
        return max(products, key=lambda product: product["length"])["href"]

    @staticmethod
    def makers() -> list:
        makers = {"silent": silent, "header": slow_header, "body": slow_body, "download": slow_download}
        return [makers[kind] for kind, count in COUNTS.items() for _ in range(count)]

    def watch(self) -> int:
        """Goes on slowly until all have been ended or should have been; tells the most memory that was seen."""
        begun, peak = time.monotonic(), 0
        while time.monotonic() - begun < self.limit + MARGIN and any(slow.ended is None for slow in self.slow):
            open_ports = server_side(urlsplit(self.address).port)
            for slow in self.slow:
                if slow.ended is None and open_ports.get(slow.port) != ESTABLISHED:
                    slow.ended = time.monotonic() - begun
                slow.step()
            peak = max(peak, memory(self.pid))
            time.sleep(STEP)
        return peak

    def count_left(self) -> dict[str, int]:
        return {kind: sum(slow.kind == kind and slow.ended is None for slow in self.slow) for kind in COUNTS}

    def times(self, kind: str) -> list[float]:
        return [slow.ended for slow in self.slow if slow.kind == kind and slow.ended is not None]


def is_ended(siege: Siege, kind: str) -> None:
    left, times = siege.left[kind], siege.times(kind)
    expect(
        not left,
        f"{left} of {COUNTS[kind]} are still open {siege.limit + MARGIN:.0f} s after they began; the limit is {siege.limit:.0f} s",
    )
    early = [at for at in times if at < siege.limit / 2]
    expect(not early, f"{len(early)} were ended after {min(early, default=0):.1f} s; the limit is {siege.limit:.0f} s")


@CATALOGUE.requirement(GROUP, "silent", "Connections on which nothing is sent are ended.")
def silent_ones_are_ended(siege: Siege) -> None:
    is_ended(siege, "silent")


@CATALOGUE.requirement(GROUP, "header", "Connections that send a request's header byte by byte are ended.")
def slow_headers_are_ended(siege: Siege) -> None:
    is_ended(siege, "header")


@CATALOGUE.requirement(GROUP, "body", "Connections whose request's body never comes are ended.")
def slow_bodies_are_ended(siege: Siege) -> None:
    is_ended(siege, "body")


@CATALOGUE.requirement(GROUP, "download", "Connections that do not read what they asked for are ended.")
def slow_downloads_are_ended(siege: Siege) -> None:
    is_ended(siege, "download")


@CATALOGUE.requirement(GROUP, "others", "All others are answered meanwhile, and long before the slow ones are ended.")
def others_are_answered(siege: Siege) -> None:
    expect(not siege.wrong, f"{len(siege.wrong)} of {len(siege.waits)} answers are wrong, as {siege.wrong[:1]}")
    expect(
        len(siege.waits) > 20 and statistics.median(siege.waits) < QUICK and max(siege.waits) < siege.limit,
        f"{len(siege.waits)} answers, half of them within {statistics.median(siege.waits):.2f} s, all within {max(siege.waits):.2f} s",
    )


@CATALOGUE.requirement(GROUP, "memory", f"The server's memory grows by less than {MEMORY >> 20} MiB.")
def memory_is_bounded(siege: Siege) -> None:
    told = f"{siege.before >> 20} MiB before, at most {siege.peak >> 20}, {siege.after >> 20} after"
    expect(max(siege.peak, siege.after) - siege.before < MEMORY, told)


@CATALOGUE.requirement(GROUP, "afterwards", "All is well: /health, a process, a download, and no connection is left.")
def all_is_well(siege: Siege) -> None:
    expect(siege.api.get("/health").json()["status"] == "ok", "/health is not well")
    expect(siege.api.execute("echo", {"message": "x"}).status_code == 200, "echo does not answer")
    response = siege.api.get(siege.product)
    expect(response.status_code == 200 and len(response.content) == int(response.headers["content-length"]), "a download fails")
    left = siege.ports & {port for port, state in server_side(urlsplit(siege.address).port).items() if state == ESTABLISHED}
    expect(not left, f"{len(left)} connections are left")


def main() -> None:
    address, pid, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    siege = Siege(address, pid, seconds)
    for kind in COUNTS:
        times = siege.times(kind)
        print(
            f"{kind}: {len(times)} of {COUNTS[kind]} ended" + (f", after {min(times):.1f} to {max(times):.1f} s" if times else "")
        )
    print(f"others: {len(siege.waits)} answers, the slowest after {max(siege.waits):.3f} s")
    print(f"memory: {siege.before >> 20} MiB before, at most {siege.peak >> 20}, {siege.after >> 20} after")
    finish([judge(requirement, siege) for requirement in CATALOGUE.requirements])


main()
