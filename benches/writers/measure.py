"""Runs the drivers and prints a table: CPU seconds (user + system), peak memory, size of the file, what readers say of it.

    measure.py TARGET_DIR OUT_DIR [ROUNDS] [WRITER ...]

A run is stopped after LIMIT CPU seconds. Medians over ROUNDS (3). The line `none` is what it costs to make the data.
"""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

LIMIT = 300
CASES = {
    "flat": ["flat"],
    "flat, packed by the caller": ["flat-packed"],
    "2,000 groups": ["groups", "2000"],
    "20,000 groups": ["groups", "20000"],
    "2,000 groups in turn": ["groups-in-turn", "2000"],
    "20,000 groups in turn": ["groups-in-turn", "20000"],
    "ragged": ["ragged", "3000000"],
}
HERE = Path(__file__).parent


def run(command):
    """CPU seconds and peak MB of a command, and how it ended."""

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))

    process = subprocess.Popen(command, preexec_fn=limit, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    error = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, error.strip()


def main():
    target, out = Path(sys.argv[1]), Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    writers = sys.argv[4:] or ["none", "ours", "netcdf-c", "netcdf-writer", "rust-hdf5"]
    out.mkdir(parents=True, exist_ok=True)
    print("| writer | case | CPU s | peak MB | file MB | readers |\n|---|---|---|---|---|---|")
    for writer in writers:
        for case, words in CASES.items():
            path = out / f"{writer}-{words[0]}-{words[1] if len(words) > 1 else 0}.nc"
            path.unlink(missing_ok=True)
            runs = []
            for _ in range(rounds):
                runs.append(run([str(target / "release" / writer), *words, str(path)]))
                if runs[-1][2] != 0 or runs[-1][0] > LIMIT / 3:
                    break
            if "one order only" in runs[0][3] or "no packed chunks" in runs[0][3]:
                continue
            seconds = statistics.median(run[0] for run in runs)
            peak = statistics.median(run[1] for run in runs)
            size, readers = 0.0, runs[-1][3]
            if path.exists() and runs[-1][2] == 0:
                size = path.stat().st_size / 1e6
                kind = words[0].split("-")[0]
                found = subprocess.run(
                    [sys.executable, str(HERE / "read_back.py"), kind, str(path)], capture_output=True, text=True
                )
                readers = (found.stdout + found.stderr[-200:]).strip().replace("\n", " ")
            ended = "" if runs[-1][2] == 0 else f" (ended with {runs[-1][2]})"
            print(f"| {writer} | {case}{ended} | {seconds:.2f} | {peak:.0f} | {size:.2f} | {readers} |", flush=True)
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
