"""Sends the requests of a document as they are written there: guide.py ADDRESS DOCUMENT HEADING

Those of the sections under HEADING, in their order, to a new service at ADDRESS. Before one that reads, jobs are waited for. Each must be
answered well, but those of job 9, which is only an example.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from harness import Api, Failure, expect

OWN = "http://127.0.0.1:8080"


def section(document: str, heading: str) -> str:
    """The text below a heading, up to the next of its kind."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", document, re.M | re.S)
    expect(found, f"there is no section `{heading}`")
    return found[1]


def commands(text: str) -> list[list[str]]:
    """The commands of all blocks for the shell, in words; one may go on over lines."""
    found, begun = [], ""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            begun += line + "\n"
            try:
                words = shlex.split(begun, comments=True)
            except ValueError:  # a quotation is open
                continue
            if words:
                found.append(words)
            begun = ""
    return found


def send(api: Api, words: list[str], folder: str) -> tuple[int, str]:
    body = pathlib.Path(folder) / "body"
    own = [word.replace("$A", api.address).replace(OWN, api.address) for word in words[1:] if word != "-O"]
    told = subprocess.run(
        ["curl", "-sS", "--max-time", "120", "-o", str(body), "-w", "%{http_code}", *own], capture_output=True, text=True
    )
    expect(told.returncode == 0, f"{shlex.join(words)}: {told.stderr}")
    return int(told.stdout), body.read_bytes().decode(errors="replace")


def main(address: str, document: str, heading: str) -> None:
    api, sent = Api(address), 0
    with tempfile.TemporaryDirectory() as folder:
        for words in commands(section(pathlib.Path(document).read_text(), heading)):
            if words[0] != "curl":
                continue
            if "POST" not in words:
                for job in api.read("/jobs?status=accepted,running")["jobs"]:
                    api.ended(job["jobID"])
            code, body = send(api, words, folder)
            shown = " ".join(" ".join(words).split())[:120]
            print(f"{code}  {shown}")
            known = (404,) if any("/jobs/9" in word for word in words) else (200, 201)
            expect(code in known, f"{shown}: {code} {body[:300]}")
            expect('"not found"' not in body and '"values":[]' not in body, f"{shown}: {body[:300]}")
            sent += 1
    expect(sent > 2, f"{document} has {sent} requests under `{heading}`")
    print(f"{sent} requests of {document} are answered")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except Failure as failure:
        sys.exit(str(failure))
