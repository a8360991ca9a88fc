"""One department over its years, and beside its peers: what `trend.ipynb` computes with.

Frames hold a row a year, from the first to the last: a year without a report is a row of nothing,
never bridged. Where a figure counts something else than a year before, there is nothing to
compare it with: `rules/trend.yml` and the departments' own files say where.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from govnb.files import find_upward
from govnb.report.blocks import Result, Title
from govnb.report.charts import use_style
from govnb.report.charts_years import over_years
from govnb.report.frames import Number, growth, percent
from govnb.report.page import Page
from govnb.report.prose import Prose
from govnb.report.reports import Report, reports
from govnb.report.results import figure_of as told_figure
from govnb.report.results import frame, in_one_unit
from govnb.sheet.comparing import EVERY, Peers, comparing_rules, matches
from govnb.sheet.expression import filled
from govnb.sheet.figure import NUMBER, Figure
from govnb.sheet.folder import SUMMARY
from govnb.text.faults import FaultsError
from govnb.text.number import UNKNOWN
from govnb.text.section import dotted

DECLARED = "口径变化"
# What tells of which kind a department is.
NATURE, POSTS = "部门.性质", "人员.编制数"


@dataclass(frozen=True)
class Gap:
    """A break between a year and the one before: what it concerns and why."""

    year: int
    patterns: tuple[str, ...]
    note: str

    def concerns(self, names: Iterable[str]) -> bool:
        """Tell whether one of some figures is broken."""
        return any(matches(p, name) for name in names for p in self.patterns)


class Trend(Page):
    """One department over its years.

    Parameters
    ----------
    department
        Its code.
    year
        The last year; the newest there is a report of, if empty.
    params_dir, outputs_dir
        Where the rules and the reports are, looked for upward from here.
    page_dir
        Taken for the sake of the runner; the page has no links of its own.
    edition
        `review`, or `publish` without what reviewers say.

    Raises
    ------
    FaultsError
        If there is no report of that department.
    """

    notebook = "notebooks/trend.ipynb"

    def __init__(
        self, department: str, year: int | str = "", params_dir: str = "params",
        outputs_dir: str = "outputs", page_dir: str = "", edition: str = "review",
    ) -> None:  # fmt: skip
        use_style()
        self.department, self.public = department, edition == "publish"
        self._folder = find_upward(outputs_dir)
        self._reports = dict(_years(self._folder, department, int(year or 9999)))
        if not self._reports:
            told = f"没有“{department}”{f'{year}年和以前' if year else ''}的结果"
            hint = f"先运行 govnb run {year or '年度'} {department}"
            raise FaultsError.of(self._folder.as_posix(), told, hint)
        self.first, self.last = min(self._reports), max(self._reports)
        self._rules = comparing_rules(find_upward(params_dir))
        self._texts: dict[str, str] = {}
        self._load()

    def _load(self) -> None:
        """Take the figures of every year, each named for it: `支出.2018年`."""
        told = {
            year: {n: dict(f) for n, f in report.result["figures"].items()}
            for year, report in self._reports.items()
        }
        for name in dict.fromkeys(n for figures in told.values() for n in figures):
            in_one_unit([figures[name] for figures in told.values() if name in figures])
        for year, figures in told.items():
            for name, one in figures.items():
                full = f"{name}.{year}年"
                if one.get("value") is not None and one.get("type", NUMBER) != NUMBER:
                    self._texts[full] = str(one["value"])
                else:
                    figure = told_figure(full, one, name)
                    self._computed.figures[full] = _dated(figure, one, figures, year)

    # ── The years ───────────────────────────────────────────────

    @property
    def years(self) -> range:
        """All years from the first to the last, those without a report among them."""
        return range(self.first, self.last + 1)

    @property
    def name(self) -> str:
        """What the department is called, as of the last year."""
        return self._reports[self.last].label

    def __getitem__(self, names: str | Sequence[str]) -> pd.DataFrame:
        """Return figures by year, `wb["收入", "支出"]`; what a year doesn't say is blank."""
        wanted = (names,) if isinstance(names, str) else tuple(names)
        cells = {n: [self._of_year(n, year) for year in self.years] for n in wanted}
        return pd.DataFrame(cells, index=pd.Index(self.years, name="年度"), dtype=object)

    def parts(self, ledger: str) -> pd.DataFrame:
        """Return what a ledger states of its parts, by year."""
        depth = ledger.count(".") + 1
        names = (name.rpartition(".")[0] for name, f in self._computed.figures.items()
                 if not f.formula and f.is_money)  # fmt: skip
        parts = dict.fromkeys(
            n for n in names if n.startswith(f"{ledger}.") and n.count(".") == depth
        )
        return self[tuple(parts)].rename(columns=lambda name: name.removeprefix(f"{ledger}."))

    def before(self, data: Any) -> Any:
        """Return for each year the number of the year before, blank where nothing compares."""
        data_frame = data.to_frame() if isinstance(data, pd.Series) else data
        cells = {
            column: [
                self._comparable(year, now, then)
                for year, now, then in zip(
                    self.years, data_frame[column], [None, *data_frame[column]], strict=False
                )
            ]
            for column in data_frame
        }
        made = pd.DataFrame(cells, index=data_frame.index, dtype=object)
        return made.iloc[:, 0] if isinstance(data, pd.Series) else made

    def _comparable(self, year: int, now: Any, then: Any) -> Number:
        names = {*_names(now), *_names(then)}
        if isinstance(then, Number) and not any(
            gap.year == year and gap.concerns(names) for gap in self._gaps
        ):
            return then
        return self._blank

    def notes(self, *frames: pd.DataFrame) -> tuple[str, ...]:
        """Return what a reader of some frames must know: years without a report, breaks."""
        missing = [year for year in self.years if year not in self._reports]
        lacking = f"{'、'.join(map(str, missing))}年没有报告，空着。"
        names = {n for each in frames for cell in each.to_numpy().ravel() for n in _names(cell)}
        broken = [f"{g.year}年起：{g.note}。" for g in self._gaps if g.concerns(names)]
        return (*([lacking] if missing else []), *broken)

    @cached_property
    def _gaps(self) -> list[Gap]:
        found = []
        for rule in self._rules.breaks.values():
            patterns = tuple(map(str, rule.figures))
            source = f"（{rule.source}）" if rule.source else ""
            since = int(rule.since.value or 0) if rule.since else 0
            years = [since] if self.first < since <= self.last else []
            if rule.differs:
                name = str(rule.differs)
                years += [b for a, b in pairwise(self._reports) if self._differs(name, a, b)]
            found += [Gap(year, patterns, f"{rule.note}{source}") for year in years]
        for year in list(self._reports)[1:]:
            for full, text in self._texts.items():
                if full.startswith(f"{DECLARED}.") and full.endswith(f".{year}年"):
                    pattern = full.removeprefix(f"{DECLARED}.").removesuffix(f".{year}年")
                    what = "" if pattern == EVERY else f"{pattern}，"
                    found.append(Gap(year, (pattern,), f"{what}{text.rstrip('。')}"))
        return sorted(found, key=lambda gap: gap.year)

    def _differs(self, name: str, before: int, now: int) -> bool:
        one, other = (self._stated(name, year) for year in (before, now))
        return None not in (one, other) and one != other

    def _stated(self, name: str, year: int) -> Any:
        figure = self._computed.figures.get(f"{name}.{year}年")
        return self._texts.get(f"{name}.{year}年", figure.value if figure else None)

    def _of_year(self, name: str, year: int) -> Any:
        full = f"{name}.{year}年"
        if full in self._texts:
            return self._texts[full]
        figure = self._computed.figures.get(full)
        return Number(figure, self._computed) if figure else self._blank

    @property
    def _blank(self) -> Number:
        return Number(Figure("", missing=("",), absent=True), self._computed, blank=True)

    # ── What is said of them ────────────────────────────────────

    def title(self) -> Title:
        """Return the title, marked where a year is made up."""
        made_up = [str(y) for y, report in self._reports.items() if report.result.get("sample")]
        said = f"示例：{'、'.join(made_up)}年的数是编的，供试用，不是该部门公布的数。"
        span = f"{self.first}—{self.last}年" if len(self._reports) > 1 else f"{self.last}年"
        # What years say nothing of has no heading either.
        sample = said if made_up else False
        return Title(f"{self.name}{span}历年比较", sample=sample, unsaid=UNKNOWN)

    def scope(self) -> Prose:
        """Return which years there are, and what that allows."""
        count, years = len(self._reports), "、".join(map(str, self._reports))
        if count == 1:
            return self.say(
                f"只有{years}年一年的报告，没有可比的上年；有两年的画柱形图，三年以上的画折线图。"
            )
        how = "只有两年，画柱形图，不画趋势线" if count == 2 else "画折线图，缺的年份断开，不补"
        return self.say(f"依据{years}年共{count}年的报告；{how}。增减是与上一年相比。")

    def change(self, column: pd.Series, what: str) -> Prose:
        """Return a sentence on the last year against the one before; nothing without both."""
        now, then = column.iloc[-1], self.before(column).iloc[-1]
        if not (isinstance(now, Number) and now.is_known and then.is_known):
            return self.say("")
        return self.say(f"{self.last}年{what}{now}，{self.told(now, then)}。")

    def told(self, now: Number, then: Number) -> str:
        """Return how a number differs from the year before's: amount, rate and direction agree."""
        if now == then:
            return "与上年持平"
        # Positive both, with the word for the direction chosen once: however small, they agree.
        up = now > then
        gap = now - then if up else then - now
        if now.figure.unit == "%":
            return f"比上年{'上升' if up else '下降'}{gap}"
        (rate,) = growth(pd.Series([now]), pd.Series([then]))
        if isinstance(rate, Number):
            rate = f"{'增长' if up else '下降'}{percent(gap / then)}"
        return f"比上年{'多' if up else '少'}{gap}，{rate}"

    def restated(self, then: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
        """Return where a year's file states last year's number otherwise than that year's own did.

        Parameters
        ----------
        then
            What each year's file said of its own year.
        later
            What each year's file says of the year before, in columns of the same names.
        """
        rows = {}
        for column in then:
            for year in list(self.years)[1:]:
                said, again = then[column][year - 1], later[column][year]
                if _differ(said, again):
                    rows[f"{year - 1}年{column}"] = {
                        "当年的文件": said, "下一年的文件": again, "差额": again - said,
                        "出处": f"{said.figure.origin}；{again.figure.origin}",
                    }  # fmt: skip
        return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="项目"))

    # ── Peers ───────────────────────────────────────────────────

    def group(self) -> str:
        """Return the kind the department is of, such as 事业，编制1—20人; empty if unknown."""
        return _kind(self._rules.peers, self._reports[self.last].result["figures"])

    def kind(self, peers: pd.DataFrame) -> Prose:
        """Return who the peers are, or why there is nobody to compare with."""
        kind, count, least = self.group(), len(peers), int(self._rules.peers.least.value or 0)
        if self.public:
            return self.say("")
        if not kind:
            return self.say("没有性质或编制数，不知道与谁同类，不比。")
        said = f"同类（{kind}）连本部门在内有{count}个部门"
        return self.say(f"{said}，少于{least}个，不比。" if count < least else f"{said}。")

    def peers(self, *names: str) -> pd.DataFrame:
        """Return the departments of this one's kind in its district that year, × figures."""
        own = self._reports[self.last].result
        kind, found = self.group(), {}
        for code, result in _district(self._folder / str(self.last), (NATURE, POSTS, *names)):
            figures = result["figures"]
            alike = kind and result.get("region") == own.get("region")
            if alike and _kind(self._rules.peers, figures) == kind:
                found[code] = {n: figures[n] for n in names if n in figures}
        found.setdefault(self.department, {n: own["figures"][n] for n in names
                                           if n in own["figures"]})  # fmt: skip
        return frame(found, (), "部门", self._computed).reindex(columns=list(names))

    def against(self, peers: pd.DataFrame) -> pd.DataFrame:
        """Return this department beside its peers, a row a measure: median, range, what is far off.

        Those with too few peers are refused in words; far off is to be explained, not wrong.
        """
        rows = {column: self._against(peers[column]) for column in peers}
        return pd.DataFrame([row for row in rows.values() if row], dtype=object,
                            index=pd.Index([c for c in rows if rows[c]], name="指标"))  # fmt: skip

    def _against(self, column: pd.Series) -> dict[str, Any]:
        rules, own = self._rules.peers, column.get(self.department)
        values: list[Any] = sorted(n for n in column if isinstance(n, Number) and n.is_known)
        if not (isinstance(own, Number) and own.is_known):
            return {}
        least = int(rules.least.value or 0)
        row = {"本部门": own, "中位数": "", "最低": "", "最高": "", "部门数": str(len(values))}
        if len(column) < least:
            return {}
        if len(values) < least:
            return {**row, "说明": f"有这个数的只有{len(values)}个部门，少于{least}个，不比"}
        middle = median(values)
        away = median([abs(value - middle) for value in values])
        row |= {"中位数": middle, "最低": values[0], "最高": values[-1]}
        if not away:
            return {**row, "说明": "多数部门相同，离散程度（MAD）为0，不判断是否离群"}
        far = abs(own - middle) > away * Decimal("1.4826") * Decimal(rules.limit.value or 0)
        return {**row, "说明": "离群，待解释" if far else "在通常范围内"}

    def scores(self) -> pd.DataFrame:
        """Return each year's score with the table it was given by."""
        rows = {}
        for year, report in self._reports.items():
            score = report.result.get("score") or {}
            total = score.get("total") or {}
            ends = dict.fromkeys(str(total[end]) for end in ("low", "high") if total.get(end))
            if ends:
                rows[year] = {
                    "得分": "—".join(ends), "满分": str(score.get("full") or ""),
                    "等级": score.get("grade_text") or "",
                    "指标体系": str(score.get("title") or ""),
                }  # fmt: skip
        return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="年度"))

    def rubrics(self, scores: pd.DataFrame) -> tuple[str, ...]:
        """Return that scores by different tables aren't compared, if so."""
        used = list(dict.fromkeys(scores["指标体系"])) if len(scores) else []
        return ("各年用的指标体系不同，得分不比较。",) if len(used) > 1 else ()

    # ── How it is shown ─────────────────────────────────────────

    def plot(self, data: pd.DataFrame) -> Any:
        """Return axes with a column or a line for each of a frame's columns.

        Columns for two years, lines for more, with gaps at years without a number and at breaks;
        None with less than two years.
        """
        broken = {
            (year, str(column))
            for column in data
            for year, now in zip(self.years, data[column], strict=True)
            if any(gap.year == year and gap.concerns(_names(now)) for gap in self._gaps)
        }
        return over_years(data, broken)

    def result(self) -> Result:
        """Return the machine-readable result: the figures shown, of each year."""
        every, own = self._all, self._reports[self.last].result
        return Result({
            "year": str(self.last), "department": self.department, "name": self.name,
            "region": own.get("region"), "years": list(map(str, self._reports)),
            "sample": any(r.result.get("sample") for r in self._reports.values()),
            "figures": {name: every[name].as_dict() for name in self._shown if name in every},
        })  # fmt: skip


def _years(folder: Path, department: str, last: int) -> Iterator[tuple[int, Report]]:
    for of_year in sorted(folder.glob("[0-9][0-9][0-9][0-9]")):
        for report in reports(of_year, department):
            if report.result.get("figures") and int(of_year.name) <= last:
                yield int(of_year.name), report


def _dated(figure: Figure, told: Mapping[str, Any], every: Mapping[str, Any], year: int) -> Figure:
    """Return a year's figure with its formula and inputs named for the year as well."""
    inputs = [name for name in told.get("inputs") or () if name in every]
    if not figure.formula:
        return figure

    def expand(pattern: str) -> tuple[str, ...]:
        return tuple(filter(dotted(pattern).fullmatch, inputs))

    def show(name: str) -> str:
        return f"{name}.{year}年" if name in inputs else name

    said = filled(figure.formula, show, expand)
    for written, typed in (("÷", "/"), ("×", "*"), ("、", ", ")):
        said = said.replace(written, typed)
    return figure._replace(
        formula=said, inputs=tuple(f"{n}.{year}年" for n in inputs), derived=True
    )


def _names(cell: Any) -> set[str]:
    """Return the figures of a file that a cell is made of, without their year."""
    if not isinstance(cell, Number):
        return set()
    figure = cell.figure
    full = (figure.name,) if figure.name else figure.inputs
    return {name.rpartition(".")[0] for name in full}


def _differ(said: Any, again: Any) -> bool:
    """Tell whether two statements of one number differ by more than they were rounded to."""
    if not all(isinstance(n, Number) and n.is_known for n in (said, again)):
        return False
    rough = min(n.figure.decimals for n in (said, again))
    gap = abs(again - said).figure.number or Decimal(0)
    return gap > Decimal(5).scaleb(-rough - 1)


def _kind(rules: Peers, figures: Mapping[str, Any]) -> str:
    nature, posts = ((figures.get(name) or {}).get("value") for name in (NATURE, POSTS))
    return rules.group(str(nature), int(Decimal(posts))) if nature and posts else ""


def _district(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the results of a year's departments, from its summary if that has all figures."""
    try:
        rows = json.loads((folder / SUMMARY).read_text("utf-8"))["departments"]
    except (OSError, ValueError, LookupError):
        rows = []
    listed = [row for row in rows if "compared" in row]
    if listed and set(names) <= {name for row in listed for name in row["compared"]}:
        for row in listed:
            yield row["department"], {"region": row.get("region"), "figures": row["compared"]}
        return
    for report in reports(folder):
        if report.result:
            yield report.code, report.result
