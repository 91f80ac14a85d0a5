"""Prints which share of each room's lines and branches ran: table.py [OPTION] ROOT EXPORT.

EXPORT is what llvm-cov exports as JSON. A line or a branch of a template counts once, and has run
when any of its instances ran it; llvm-cov's own summary takes only the best instance of each
function. A branch is one outcome of a condition that can have both. Tables of fields and indexes do
not count: the compiler alone evaluates them. With --missing: the lines and branches that did not
run, file by file. The exit code is 1 when less than LINE_TARGET of all lines or BRANCH_TARGET of
all branches ran.
"""

import json
import re
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LINE_TARGET = 95.0
BRANCH_TARGET = 90.0

# A table of the fields or the indexes of an entity, down to the brace that ends it.
TABLE = re.compile(
    r"^( *)static constexpr auto (?:fields|indexes)\(\) \{.*?(?:^\1\}|\}$)", re.M | re.S
)

# The folders of crmkit's own code, and how deep below the root their rooms lie.
ROOM_DEPTHS = {"include": 3, "src": 2, "capi": 1}


@dataclass
class Segment:
    """From here to the next segment of the file the code has run `count` times."""

    line: int
    column: int
    count: int
    counted: bool
    entry: bool  # a region begins here
    gap: bool  # between two statements; says nothing about a line

    def begins_region(self) -> bool:
        """Whether code whose runs are counted begins here."""
        return self.counted and self.entry and not self.gap


@dataclass
class Share:
    """How many of something ran; adds up."""

    ran: int = 0
    all: int = 0

    def add(self, other: "Share") -> None:
        """Adds what another one counted."""
        self.ran += other.ran
        self.all += other.all

    def percent(self) -> float:
        """The share in percent; all of nothing is everything."""
        return 100.0 * self.ran / self.all if self.all else 100.0


@dataclass
class Coverage:
    """What ran of a file: each line, and each outcome of each condition, named by its place."""

    lines: dict[int, bool] = field(default_factory=dict)
    branches: dict[tuple[int, int, str], bool] = field(default_factory=dict)

    def line_share(self) -> Share:
        """The lines that ran."""
        return Share(sum(self.lines.values()), len(self.lines))

    def branch_share(self) -> Share:
        """The branches that ran."""
        return Share(sum(self.branches.values()), len(self.branches))


def lines_of(segments: list[Segment]) -> dict[int, bool]:
    """Whether each line of code has run: by the most of what begins in it or reaches into it."""
    begun: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        begun[segment.line].append(segment)
    lines: dict[int, bool] = {}
    before: Segment | None = None
    for line in range(segments[0].line, segments[-1].line + 1):
        here = begun.get(line, [])
        starts = [segment.count for segment in here if segment.begins_region()]
        skipped = bool(here) and here[0].entry and not here[0].counted
        if not skipped and (starts or (before is not None and before.counted)):
            reaching = before.count if before is not None else 0
            lines[line] = max([reaching, *starts]) > 0
        if here:
            before = here[-1]
    return lines


def branches_of(
    segments: list[Segment], conditions: list[list[int]]
) -> dict[tuple[int, int, str], bool]:
    """Whether each condition had each outcome; one that ran with neither is constant: left out."""
    outcomes: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for line, column, _, _, yes, no, *_ in conditions:
        outcomes[line, column].update({"true": yes, "false": no})
    places = [(segment.line, segment.column) for segment in segments]
    branches: dict[tuple[int, int, str], bool] = {}
    for place, counts in sorted(outcomes.items()):
        index = bisect_right(places, place) - 1
        constant = index >= 0 and segments[index].count > 0 and not any(counts.values())
        if not constant:
            branches |= {(*place, outcome): runs > 0 for outcome, runs in counts.items()}
    return branches


def own_path(name: str, root: Path) -> Path | None:
    """A file's path from the root, when it is code of crmkit's own and not of its tests."""
    path = Path(name).resolve()
    if not path.is_relative_to(root) or path.relative_to(root).parts[0] not in ROOM_DEPTHS:
        return None
    return path.relative_to(root)


def lines_of_tables(text: str) -> set[int]:
    """The lines of the tables that declare an entity's fields and indexes."""
    lines: set[int] = set()
    for table in TABLE.finditer(text):
        first = text.count("\n", 0, table.start()) + 1
        lines.update(range(first, first + table.group().count("\n") + 1))
    return lines


def coverage_of(file: dict[str, Any], text: str) -> Coverage:
    """Reads one file of llvm-cov's export."""
    segments = [Segment(*values) for values in file["segments"]]
    if not segments:
        return Coverage()
    declared = lines_of_tables(text)
    lines = {line: ran for line, ran in lines_of(segments).items() if line not in declared}
    return Coverage(lines, branches_of(segments, file["branches"]))


def room_of(path: Path) -> str:
    """The folder that a file belongs to: include/crmkit/base, src/engine, capi."""
    return str(Path(*path.parent.parts[: ROOM_DEPTHS[path.parts[0]]]))


def print_table(files: dict[Path, Coverage]) -> bool:
    """The table; whether both targets hold."""
    rooms: dict[str, tuple[Share, Share]] = defaultdict(lambda: (Share(), Share()))
    for path, coverage in sorted(files.items()):
        for name in (room_of(path), "all"):
            rooms[name][0].add(coverage.line_share())
            rooms[name][1].add(coverage.branch_share())
    total = rooms.pop("all")
    print("| room | lines | run | branches | run |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, (lines, branches) in [*sorted(rooms.items()), ("all", total)]:
        print(
            f"| {name} | {lines.all} | {lines.percent():.1f} % "
            f"| {branches.all} | {branches.percent():.1f} % |"
        )
    return total[0].percent() >= LINE_TARGET and total[1].percent() >= BRANCH_TARGET


def print_missing(files: dict[Path, Coverage]) -> None:
    """The lines that did not run, and the outcomes that conditions elsewhere did not have."""
    for path, coverage in sorted(files.items()):
        lines = [(line, 0, "did not run") for line, ran in coverage.lines.items() if not ran]
        outcomes = [
            (line, column, f"never {outcome}")
            for (line, column, outcome), ran in coverage.branches.items()
            if not ran and coverage.lines.get(line, True)
        ]
        for line, column, what in sorted(lines + outcomes):
            print(f"{path}:{line}:{column}: {what}" if column else f"{path}:{line}: {what}")


def main(arguments: list[str]) -> int:
    """Prints the table, or what is missing; 1 when a target is missed."""
    *options, root, export = arguments
    exported = json.loads(Path(export).read_text())["data"][0]["files"]
    paths = [own_path(file["filename"], Path(root).resolve()) for file in exported]
    files = {
        path: coverage_of(file, Path(root, path).read_text(encoding="utf-8"))
        for path, file in zip(paths, exported, strict=True)
        if path
    }
    if options == ["--missing"]:
        print_missing(files)
        return 0
    if print_table(files):
        return 0
    print(f"Less than {LINE_TARGET} % of the lines or {BRANCH_TARGET} % of the branches ran.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
