"""Compares the verdicts on real files with those that are noted: verdicts.py [--record] NOTED FOUND

NOTED is a table of tabs with a row a variable: file, variable, verdict, and the difference where that is noted as it is. FOUND is what `realfiles.py --out` writes. Exits 1 where a verdict is
worse, where a file or variable is tried no more, and where a product is damaged or the binary breaks down, whatever is noted.
`--record` writes NOTED anew; what is damaged or broken cannot be noted.
"""

import argparse
import collections
import csv
import sys
from pathlib import Path

# from good to bad; of each kind, the words of `realfiles.py`
KINDS = {
    "right": ("right", "swath right", "outline accepted"),
    "refused": ("refused", "swath refused", "outline refused", "nogrid+refused"),
    # nothing that can be compared
    "nothing to compare": ("no variable", "constant or empty", "swath empty"),
    # taken, though the independent reading finds no grid or no time in it: a person has to judge
    "unjudged": ("nogrid+ACCEPTED",),
    "wrong": ("DIFFERS", "swath DIFFERS"),
}
ORDER = list(KINDS)
KIND = {verdict: kind for kind, verdicts in KINDS.items() for verdict in verdicts}
COLUMNS = ("file", "variable", "verdict", "difference")

Key = tuple[str, str]


def kind(verdict: str) -> str | None:
    """`None`: the binary, or the program that judges it, broke down."""
    return KIND.get(verdict)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def difference(row: dict[str, str]) -> str:
    return row["message"] if kind(row["verdict"]) == "wrong" else ""


def is_broken(row: dict[str, str]) -> bool:
    """Whether this must never be, noted or not."""
    of_product = kind(row["verdict"]) == "wrong" and "is damaged" in row["message"]
    return kind(row["verdict"]) is None or of_product or "panicked" in row["message"]


def found_in(path: Path) -> dict[Key, dict[str, str]]:
    found = {}
    for row in read(path):
        key = (f"{row['set']}/{row['file']}", row["variable"])
        if key in found:
            sys.exit(f"{path}: two rows for {' '.join(key)}")
        found[key] = row
    return found


def compare(noted: dict[Key, dict[str, str]], found: dict[Key, dict[str, str]]) -> tuple[list[str], list[str]]:
    """What is wrong now, and what is better or new."""
    wrong, better = [], []
    for key, row in found.items():
        before, now = noted.get(key, {}).get("verdict"), row["verdict"]
        change = f"{' '.join(key)}: {before or 'not noted'} -> {now}" + (f" ({row['message']})" if row["message"] else "")
        if is_broken(row):
            wrong.append(change)
        elif before is None:
            (wrong if kind(now) == "wrong" else better).append(change)
        elif ORDER.index(kind(now)) > ORDER.index(kind(before)) or difference(row) not in ("", noted[key]["difference"]):
            wrong.append(change)
        elif kind(now) != kind(before):
            better.append(change)
    wrong += [f"{' '.join(key)}: {noted[key]['verdict']} -> not tried" for key in noted.keys() - found.keys()]
    return wrong, better


def write(path: Path, found: dict[Key, dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*key, row["verdict"], difference(row)) for key, row in sorted(found.items()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", action="store_true")
    parser.add_argument("noted", type=Path)
    parser.add_argument("found", type=Path)
    words = parser.parse_args()
    found = found_in(words.found)
    if words.record:
        broken = [f"{' '.join(key)}: {row['verdict']} ({row['message']})" for key, row in found.items() if is_broken(row)]
        if broken:
            sys.exit("\n".join(["not noted, as this must never be:", *broken]))
        write(words.noted, found)
        print(f"{words.noted}: {len(found)} verdicts")
        return
    noted = {(row["file"], row["variable"]): row for row in read(words.noted)}
    wrong, better = compare(noted, found)
    counts = collections.Counter(row["verdict"] for row in found.values())
    files = len({file for file, _ in found})
    print(f"{files} real files, {len(found)} variables: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.most_common()))
    if better:
        print("\n".join(["better than noted; look at each, then run scripts/check_zoo --record:", *better]))
    if wrong:
        sys.exit("\n".join(["worse than noted:", *wrong]))


main()
