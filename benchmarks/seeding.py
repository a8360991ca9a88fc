"""What of single slips the review finds, and whether it accuses departments that are right.

Run from the repository root: `.venv/bin/python -m benchmarks.seeding` (some minutes; `--help`
for smaller runs). Prints two tables: slips by kind, and errors in random right departments.

A slip is found only when it gives a fault, or an open finding (错误 or 提示; a 尾差 says that
nothing need be changed) that the same file without it doesn't have. A slip in a fact that
stands only once, so that whatever the file states still agrees, is counted apart: a figure that
nothing printed or published rests on, a name that stands nowhere else in the file. A 裸数 finds
nothing: it only says that a number had better be a reference.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random

from benchmarks.slips import FIGURES, KINDS, NAME, POINTS, PROSE, PUBLISHED, Slip, slips
from benchmarks.typed import Told, typed, with_sentences
from govnb.batch.sample.department import department
from govnb.batch.sample.make import YEAR, dump, year_file
from govnb.report.assessment import Assessment
from govnb.review.finding import ERROR, HINT
from govnb.sheet.read import load
from govnb.sheet.score_words import points
from govnb.text.faults import FaultsError

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT / "params" / "2016" / "junshan-zwfw.yml"
# Of every so many slips one goes into the real department, the others into made-up ones.
_REAL_SHARE = 3
FOUND, MISSED, ALONE, ALONE_FOUND = "found", "missed", "alone", "alone, found"


@dataclass(frozen=True)
class Original:
    """A department's file without a slip: its text, what was typed in it, what is found in it."""

    text: str
    told: tuple[Told, ...]
    assessment: Assessment
    open: frozenset[tuple[str, str]]


class Desk:
    """A parameter folder of its own, in which one file after the other is reviewed."""

    def __init__(self, folder: Path, real: bool) -> None:
        for name in ("rules", "rubrics"):
            shutil.copytree(ROOT / "params" / name, folder / name, dirs_exist_ok=True)
        self.folder = folder
        self.file = folder / str(YEAR) / "department.yml"
        self.file.parent.mkdir(exist_ok=True)
        year = (REAL.parent / "_year.yml").read_text("utf-8") if real else dump(year_file())
        self.file.with_name("_year.yml").write_text(year, encoding="utf-8")

    def assess(self, text: str) -> Assessment:
        """Return a department assessed, as `govnb review` does it.

        Raises
        ------
        FaultsError
            If its file can't be used.
        """
        self.file.write_text(text, encoding="utf-8")
        return Assessment(load(self.file, self.folder, note=True))

    def sample(self, number: int, seed: int) -> Original:
        """Return a made-up department that printed its points, as far as they are certain."""
        tree = department(number, YEAR, seed)
        if score := self.assess(dump(tree)).score:
            for row in score.indicators:
                if row.low is not None and row.low == row.high:
                    tree["评分依据"].setdefault(row.name, {})["公布得分"] = points(row.low)
            if score.low is not None and score.low == score.high:
                tree["公布数"]["评价得分"] = f"{points(score.low)}分"
        return self.original(dump(tree))

    def original(self, text: str) -> Original:
        """Return a file with its sentences typed."""
        text = with_sentences(text, self.assess(text).figures)
        text, told = typed(text, self.assess(text).figures)
        assessment = self.assess(text)
        return Original(text, told, assessment, opened(assessment))

    def outcome(self, original: Original, slip: Slip) -> tuple[str, str]:
        """Return whether a slip was found, and by what."""
        try:
            assessment = self.assess(slip.into(original.text))
            new = opened(assessment) - original.open
        except FaultsError as error:
            return FOUND, error.faults[0].message
        alone = stands_alone(original, slip, assessment)
        if new:
            return ALONE_FOUND if alone else FOUND, min(new)[0]
        return ALONE if alone else MISSED, ""


def opened(assessment: Assessment) -> frozenset[tuple[str, str]]:
    """Return the open findings that ask for a change."""
    found = assessment.review.open_of(ERROR, HINT)
    return frozenset((f.id, f.severity) for f in found if f.check != "裸数")


def stands_alone(original: Original, slip: Slip, after: Assessment) -> bool:
    """Tell whether all that the file states still agrees with a slip in it.

    Stated more than once is what a reference printed in the text, what 公布数 repeats, and a
    total beside its parts. Where the slip is in such a repetition it never stands alone.
    """
    if slip.where in (PROSE, PUBLISHED) and slip.name != "评价得分":
        return False
    if slip.name == "评价得分":
        total, score = after.figures["评价得分"].number, after.score
        ends = (score.low, score.high) if score else (None, None)
        return None not in (total, *ends) and ends[0] <= total <= ends[1]  # type: ignore[operator]
    if slip.kind == POINTS:
        return False
    if slip.kind == NAME:
        return original.text.count(original.text[slip.start : slip.end]) < 2
    before, figures = original.assessment.figures, after.figures
    if any(told.still(before) and not told.still(figures) for told in original.told):
        return False
    names = [name for name in before if name.endswith(".合计差额")]
    names += map(str, original.assessment.inputs.department.published)
    return all(n in figures and before[n].value == figures[n].value for n in names if n in before)


def masked(original: Original, slip: Slip) -> bool:
    """Tell whether the file without the slip has an open finding about the same already."""
    accused = (f.left.figure for f in original.assessment.review.open_of(ERROR, HINT))
    return any(name and f"{slip.name}.".startswith(f"{name}.") for name in accused)


def seed(number: int, seed: int, share: int) -> list[tuple[Slip, str, str, str]]:
    """Put `share` slips, kind after kind, into one department; return what came of each."""
    random = Random(f"slips-{seed}-{number}")
    real = number % _REAL_SHARE == 0
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), real)
        original = desk.original(REAL.read_text("utf-8")) if real else desk.sample(number, seed)
        name = str(original.assessment.inputs.department.identity.name)
        made = slips(original.text, original.told, name, random)
        made = [slip for slip in made if not masked(original, slip)]
        told = []
        for n in range(share):
            kind = KINDS[(number * share + n) % len(KINDS)]
            some = [slip for slip in made if slip.kind == kind]
            # Kinds stand in one place a hundred times and in another twice.
            places = sorted({slip.where for slip in some})
            if not places:
                continue
            place = random.choice(places)
            slip = random.choice([slip for slip in some if slip.where == place])
            was = " ".join(_line_of(original.text, slip).split())
            told.append((slip, was, *desk.outcome(original, slip)))
        return told


def _line_of(text: str, slip: Slip) -> str:
    """Return what stands around a slip, with the slip in it: `办公费: 10.70→10.07`."""
    start = max(text.rfind("\n", 0, slip.start) + 1, slip.start - 30)
    end = min(text.find("\n", slip.end), slip.end + 20)
    was = text[slip.start : slip.end]
    return f"{text[start : slip.start]}[{was}→{slip.wrong}]{text[slip.end : end]}"


def accused(numbers: Sequence[int], seed: int) -> list[tuple[int, str, str]]:
    """Return the errors found in right departments, typed sentences included."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), real=False)
        for number in numbers:
            original = desk.sample(number, seed)
            found += [
                (number, finding.id, finding.message)
                for finding in original.assessment.review.open_errors
            ]
    return found


def main() -> None:
    """Seed, review, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slips", type=int, default=500, help="how many (500)")
    parser.add_argument("--right", type=int, default=10_000, help="right departments (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other slips (0)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--missed", action="store_true", help="list what was missed")
    asked = parser.parse_args()
    share = len(KINDS)
    with Pool(asked.jobs) as pool:
        groups = [(n, asked.seed, share) for n in range(-(-asked.slips // share))]
        outcomes = [one for told in pool.starmap(seed, groups, chunksize=1) for one in told]
        _print_slips(outcomes, asked.missed)
        batches = [range(asked.right)[n : n + 50] for n in range(0, asked.right, 50)]
        wrong = pool.starmap(accused, [(b, asked.seed) for b in batches], chunksize=1)
        _print_accused(asked.right, [one for found in wrong for one in found])


def _print_slips(outcomes: Sequence[tuple[Slip, str, str, str]], missed: bool) -> None:
    counts = Counter((slip.kind, slip.where, outcome) for slip, _, outcome, _ in outcomes)
    print("| slip | in | found | missed | % | stands once | of these found |")
    print("|---|---|---|---|---|---|---|")
    rows = [(kind, where) for kind in KINDS for where in (FIGURES, PUBLISHED, PROSE)]
    for kind, where in [*rows, ("all", "")]:
        found, lost, alone, lucky = (
            sum(n for (k, w, o), n in counts.items() if o == outcome and where in ("", w)
                and kind in ("all", k))
            for outcome in (FOUND, MISSED, ALONE, ALONE_FOUND)
        )  # fmt: skip
        if found + lost + alone + lucky:
            share = f"{100 * found / (found + lost):.0f}" if found + lost else ""
            row = (kind, where, found, lost, share, alone + lucky, lucky)
            print(f"| {' | '.join(map(str, row))} |")
    if missed:
        print()
        for line in _listed(outcomes):
            print(line)


def _listed(outcomes: Sequence[tuple[Slip, str, str, str]]) -> Iterator[str]:
    for slip, was, outcome, _ in sorted(outcomes, key=lambda o: (o[2], o[0].kind, o[0].where)):
        if outcome != FOUND:
            yield f"{outcome}: {slip.kind}, {slip.where}, {slip.how}: {was}"


def _print_accused(many: int, wrong: Sequence[tuple[int, str, str]]) -> None:
    departments = len({number for number, _, _ in wrong})
    print(f"\n{many:,} right departments: {departments} accused, {len(wrong)} errors")
    for rule, times in Counter(id_.split(":")[0] for _, id_, _ in wrong).most_common():
        number, _, message = next(one for one in wrong if one[1].split(":")[0] == rule)
        print(f"- {rule}: {times}, as in number {number}: {message}")


if __name__ == "__main__":
    main()
