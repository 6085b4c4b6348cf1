"""The process of a row: `python -m step.pipelines.sweep.process`, the row as JSON on its input."""

import os
import sys
import threading


def main() -> None:
    """Run the row that the first line of the input names, for as long as the other end is open."""
    line = sys.stdin.buffer.readline()
    threading.Thread(target=end_with_input, daemon=True).start()
    # Only now, for these take seconds in which the parent process may end.
    from pydantic import TypeAdapter

    from step.pipelines.sweep.session import run_pipelines
    from step.project.sweep import PlannedRow

    run_pipelines(TypeAdapter(PlannedRow).validate_json(line))


def end_with_input() -> None:
    """End this process when its input does, which the parent process holds open."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
