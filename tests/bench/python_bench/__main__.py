"""Runs everything and prints the table."""

from __future__ import annotations

import sys

from python_bench import object_mappers, standard_library, threads
from python_bench.specimen import Extent, Specimen
from python_bench.table import Table


def main(arguments: list[str]) -> int:
    """Ends with 1 when a figure misses its target by half."""
    if arguments not in ([], ["--quick"]):
        print("usage: python -m python_bench [--quick]", file=sys.stderr)
        return 2
    extent = Extent(10_000, 2_000, 2_000) if arguments else Extent(100_000, 20_000, 20_000)
    table = Table()
    with Specimen(extent) as specimen:
        for group in (standard_library, threads, object_mappers):
            group.bench(specimen, table)
    return int(table.any_missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
