"""
Measure how soon a token is heard, and what contexts cost that share a connection: `nox -s latency`.

It prints tables in Markdown, and its progress to standard error.
"""

from __future__ import annotations

import sys

from tests.benchmarks.command import Benchmark
from tests.benchmarks.latency.measures import measures
from tests.benchmarks.latency.tables import page

LATENCY = Benchmark("latency", __doc__.splitlines()[1], measures, page)

if __name__ == "__main__":
    sys.exit(LATENCY.main())
