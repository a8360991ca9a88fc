"""What a short command takes, against another tree of this repository, paired in one run.

Run from the repository root, with the other tree set up (`make setup`) in a folder of its own:
`.venv/bin/python -m benchmarks.starting OTHER [ROUNDS]`. The commands run turn and turn about,
each in a process of its own; told are the least CPU seconds of each, which other work on the
machine disturbs least, and their ratio.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.watching import took

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "params" / "2016" / "junshan-zwfw.yml"
VERBS = ("check", "review", "score")


def main(other: Path, rounds: int = 7) -> None:
    """Print one row a command: CPU seconds here, there, and the ratio."""
    print("| command | CPU s | there | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for verb in VERBS:
            least = {ROOT: float("inf"), other: float("inf")}
            for _ in range(rounds):
                for tree in least:
                    file = tree / FILE.relative_to(ROOT)
                    command = [str(tree / ".venv" / "bin" / "govnb"), verb, str(file)]
                    least[tree] = min(least[tree], took(command, Path(folder)).cpu)
            here, there = least.values()
            print(f"| govnb {verb} | {here:.2f} | {there:.2f} | {here / there:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:]))
