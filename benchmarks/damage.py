"""Two hundred workbooks with one damaged amount each, and how fast a workbook is read.

`python -m benchmarks.damage [COUNT [FIRST SEED]]`: none may be accepted in silence.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from govnb.excel.importing import District
from govnb.excel.source import read
from govnb.importing import relations, review_of
from govnb.review.finding import FAILED, NO_DATA
from govnb.review.rules import read_rules
from tests.excel.books import accounts, damaged, write

_NAMED = "年度: 2018\n部门:\n  名称: 某局\n"


def main(count: int = 200, first: int = 0) -> int:
    """Print what was accepted in silence; return how many."""
    silent = []
    with tempfile.TemporaryDirectory() as folder:
        params, book = Path(folder) / "params", Path(folder) / "表.xlsx"
        shutil.copytree("params", params)
        (params / "2018" / "a.yml").write_text(_NAMED, encoding="utf-8")
        district, rules = District(params, 2018), read_rules(params)

        def told(sheets: dict[str, list[list[object]]]) -> tuple[int, list[str]]:
            done = district.into(params / "2018" / "a.yml", [write(book, sheets)])
            review = review_of(done, params, rules)
            found = relations(review) if review else []
            lines = [f.id for f in found if f.state in (FAILED, NO_DATA)]
            return len(done.faults), sorted(lines)

        sound = told(accounts(random.Random(0)))
        for seed in range(first, first + count):
            sheets, done = damaged(random.Random(seed))
            if told(sheets) == sound:
                silent.append(f"{seed}: {done}")
        rows = [["说明文字", *range(12)] for _ in range(60)]
        write(book, accounts(random.Random(0)) | {f"其他{n}": rows for n in range(12)})
        begun = time.perf_counter()
        sheets_read = len(read(book).grids)
        seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        district.into(params / "2018" / "a.yml", [book])
        whole = time.perf_counter() - begun
    print(
        f"{count} workbooks from seed {first}, {len(silent)} accepted in silence",
        *silent,
        sep="\n  ",
    )
    print(f"{sheets_read} sheets: read in {seconds:.2f} s, imported in {whole:.2f} s")
    return len(silent)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
