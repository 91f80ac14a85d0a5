"""Adds up the JUnit files that are named as arguments; prints "N passed, N failed[, N skipped]".

CTest sees a doctest program as one test. Such a program prints the tally of its test cases (see
main.cpp), and they are what is counted; a program that dies before that counts as one failure.
The exit code is 1 when anything failed or nothing ran.
"""

import re
import sys
from xml.etree import ElementTree

DOCTEST_TALLY = re.compile(r"^\[tally\] passed=(\d+) failed=(\d+) skipped=(\d+)$", re.MULTILINE)


def count(case: ElementTree.Element) -> tuple[int, int, int]:
    """The passed, failed and skipped test cases behind one <testcase> element."""
    failed = case.find("failure") is not None or case.find("error") is not None
    status = case.get("status", "run")
    if status in ("run", "fail"):
        tallies = DOCTEST_TALLY.findall(case.findtext("system-out") or "")
        if tallies:
            passed, failures, skipped = (int(number) for number in tallies[-1])
            return passed, max(failures, int(failed)), skipped
    if failed or status == "fail":
        return 0, 1, 0
    if status == "disabled":
        return 0, 0, 1
    skip = case.find("skipped")
    if skip is not None:
        # CTest also calls a test skipped whose program was not built: that is a failure.
        asked_for = status == "run" or "SKIP_" in (skip.get("message") or "")
        return (0, 0, 1) if asked_for else (0, 1, 0)
    return 1, 0, 0


def main(paths: list[str]) -> int:
    """Prints the sum over all files."""
    passed = failed = skipped = 0
    for path in paths:
        for case in ElementTree.parse(path).iter("testcase"):
            counts = count(case)
            passed += counts[0]
            failed += counts[1]
            skipped += counts[2]
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
