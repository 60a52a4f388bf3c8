"""The command line: ``python -m cartesia_async`` and the script ``cartesia-async``."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Args:
        arguments: What to run it with; left out, the process's own arguments.

    Returns:
        The exit status: 0, 1 where a call failed, 2 for bad use (also where the extra `cli` is not installed), 130
        after Ctrl-C.
    """
    try:
        from .cli.app import main as run
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.stderr.write(f"cartesia-async: the command line needs {error.name}: pip install 'cartesia-async[cli]'\n")
        return 2
    except KeyboardInterrupt:  # while it is loaded
        return 130
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
