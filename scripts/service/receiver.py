"""A place to be called at the ends of jobs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import Failure


class Receiver:
    def __init__(self) -> None:
        self.heard: dict[str, list] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handler(self) -> type:
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                heard.setdefault(self.path, []).append(json.loads(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        return Handler

    def wait(self, path: str, seconds: float = 120):
        """The first that was told at a path."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.heard.get(path):
                return self.heard[path][0]
            time.sleep(0.1)
        raise Failure(f"{path} was not called within {seconds} s")
