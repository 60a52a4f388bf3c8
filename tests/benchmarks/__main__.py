"""
Measure this client beside the official one and bare aiohttp: ``python -m tests.benchmarks``, or ``nox -s bench``.

It prints a table in Markdown, and its progress to standard error.
"""

from __future__ import annotations

import sys

from tests.benchmarks import table
from tests.benchmarks.command import Benchmark
from tests.benchmarks.measures import measures

BENCH = Benchmark("bench", __doc__.splitlines()[1], measures, table.page)

if __name__ == "__main__":
    sys.exit(BENCH.main())
