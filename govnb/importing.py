"""`govnb import` as it is told: what would change, what is wrong, which relations hold."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from govnb.excel.changes import BY_HAND, HELD, PUBLISHED, SAME, Change
from govnb.excel.form import FormWriter
from govnb.excel.importing import District, Import, file_for, form_file, workbooks_in
from govnb.excel.marking import marked
from govnb.excel.source import refused
from govnb.files import write_whole
from govnb.report.assessment import Assessment
from govnb.report.new_file import begin
from govnb.review.finding import (
    ERROR,
    FAILED,
    NO_DATA,
    NOT_APPLICABLE,
    PASSED,
    RESIDUE,
    Finding,
    Review,
)
from govnb.review.rules import Rules, read_rules
from govnb.rubric.load import load_rubric
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figures
from govnb.sheet.read import load, params_of, year_folder
from govnb.text.faults import Fault, FaultsError, Spot
from govnb.text.yaml_text import Mapping as Section
from govnb.text.yaml_text import Scalar, parse_yaml, read_text

_STATEMENTS, _NAME = "报表.", ".名称"


def import_files(
    workbooks: Sequence[Path], into: Path | None, write: bool, replace: Collection[str],
    units: Mapping[str, str], scope: str, mark: bool, params_dir: Path | None,
) -> int:  # fmt: skip
    """Import workbooks, or a folder of them, and tell it; return the exit code."""
    into = into or form_file(workbooks[0], params_dir or Path("params"))
    params = params_dir or (into.parent if into.is_dir() else params_of(into))
    district, rules = (
        District(params, _year(into, params), units, scope, replace),
        read_rules(params),
    )
    if into.is_dir():
        files = [f for w in workbooks for f in (workbooks_in(w) if w.is_dir() else [w])]
        return _import_folder(files, district, rules, write)
    done = district.into(into, list(workbooks))
    _print_changes(done)
    review = review_of(done, params, rules)
    for fault in done.faults:
        click.echo(str(fault))
    for note in done.found.notes:
        click.echo(f"提示：{note}")
    if mark:
        for workbook in workbooks:
            copy = marked(workbook, done.faults)
            click.echo(f"有错的格标在 {copy}" if copy else f"{workbook.name}：没有要标的格")
    broken = _print_relations(review, done, district, rules)
    _settle(done, write)
    return 1 if done.faults or broken else 0


def _year(into: Path, params: Path) -> int:
    """Return the year that is imported: the folder's, or the one the file states."""
    folder = into.name if into.is_dir() else year_folder(into, params)
    if not re.fullmatch(r"[0-9]{4}", folder) and into.is_file():
        stated = parse_yaml(read_text(into, str(into)), str(into), note=True).get("年度", "")
        folder = str(stated).removesuffix("年")
    if not re.fullmatch(r"[0-9]{4}", folder):
        hint = "写年度文件夹里的文件，如 params/2018/部门代码.yml"
        raise FaultsError([Fault(Spot(str(into)), "看不出是哪一年的参数文件", hint)])
    return int(folder)


def _settle(done: Import, write: bool) -> None:
    """Write the file if that is asked and anything changes, and say which."""
    for state, what in ((BY_HAND, "手填的"), (HELD, "与原来相差千倍以上的")):
        if kept := [c.reading.name for c in done.plan.changes if c.state == state]:
            told = "、".join(kept[:5]) + ("等" if len(kept) > 5 else "")
            click.echo(f"{what} {len(kept)} 个没有改：{told}。以工作簿为准的，写 --replace 名称")
    if done.plan.text == done.before:
        click.echo(f"{done.label}：没有要改的")
    elif write:
        write_whole(done.path, done.plan.text.encode())
        click.echo(f"已写入 {done.label}")
    else:
        click.echo("以上没有写入；核对无误后加 --write")


def _print_changes(done: Import) -> None:
    """Print what would change, sheet by sheet; a code's name stands with its amount."""
    changes = [change for change in done.plan.changes if change.state != SAME]
    told = {c.reading.name: c.new for c in changes}
    rows = [
        c
        for c in changes
        if c.reading.name.removesuffix(_NAME) not in told.keys() - {c.reading.name}
    ]
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False, width=400)
    for where, group in groupby(rows, key=lambda c: str(c.reading.spot).rpartition("!")[0]):
        table = Table("指标", box=None, pad_edge=False)
        for head, side in (
            ("现在", "right"),
            ("导入", "right"),
            ("格", "left"),
            ("单位", "left"),
            ("", "left"),
        ):
            table.add_column(head, justify=side)  # type: ignore[arg-type]
        for change in group:
            reading, is_printed = change.reading, change.target.path[0] == PUBLISHED
            name = f"{reading.name} {told.get(reading.name + _NAME, '')}".rstrip()
            cell = str(reading.spot).rpartition("!")[2]
            name = f"{name}（公布数）" if is_printed else name
            state = f"{change.state}，{change.remark}" if change.remark else change.state
            new = _bare(change.new) if change.target.kind else change.new
            cells = name, change.now or "—", new, cell, reading.unit, state
            # Plain text: what a cell holds is no markup.
            table.add_row(*map(_plain, cells))
        click.echo(f"■ {where or done.sources[0].path.name}（{table.row_count} 个）")
        console.print(table)
    for line in _remarks(done):
        click.echo(line)
    same = sum(change.state == SAME for change in done.plan.changes)
    written = sum(change.is_written for change in done.plan.changes)
    click.echo(f"读到 {len(done.plan.changes)} 个指标，改 {written} 个，相同 {same} 个")


def _remarks(done: Import) -> list[str]:
    """Return a line for each number that is out of all proportion to the one it replaces."""
    return [
        f"请核对：{c.reading.spot}：“{c.reading.name}”现在是{c.now}，导入的是{c.new}，{c.remark}"
        for c in done.plan.changes
        if c.remark
    ]


def _bare(number: str) -> str:
    return re.sub(r"(\.\d*?)0+(%?)$", r"\1\2", number).rstrip(".")


def _plain(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return (shown[:60] + "…" if len(shown) > 61 else shown).replace("[", r"\[")


def review_of(done: Import, params: Path, rules: Rules | None = None) -> Review | None:
    """Return the review of a file as an import would leave it; None where it can't be read."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / done.path.name
        draft.write_text(done.plan.text, encoding="utf-8")
        try:
            return Assessment(load(draft, params, note=True), rules=rules).review
        except FaultsError as error:
            if not done.faults:
                done.plan.faults += [_in_cell(f, draft, done) for f in error.faults]
            return None


def _in_cell(fault: Fault, draft: Path, done: Import) -> Fault:
    """Return a fault of a file as an import would leave it, at the cell that it came from."""
    cells: dict[int, Change] = {}
    tree = parse_yaml(done.plan.text, done.label, note=True)
    for change in done.plan.changes if str(fault.place.file) in str(draft) else ():
        node: object = tree
        for step in change.target.path:
            node = node.get(step) if isinstance(node, Section) else node
        if isinstance(node, Scalar) and change.is_written:
            cells.setdefault(node.place.line, change)
    # What a section lacks is told at its first line.
    near = cells.get(fault.place.line)
    if near is None:
        place = Spot(str(fault.place).replace(draft.as_posix(), done.label))
        return Fault(place, fault.message, fault.hint)
    # What a section lacks, or doesn't fit in it, is no fault of its first value.
    name = near.reading.name
    about = name if f"“{near.new}”" in fault.message else name.rpartition(".")[0]
    return Fault(near.reading.spot, f"{about}：{fault.message}", fault.hint)


def relations(review: Review) -> list[Finding]:
    """Return what the review finds between official tables, and of totals they print."""
    return [
        f
        for f in review.findings
        if f.check == PUBLISHED
        or _STATEMENTS in f"{f.id}{f.left.figure}{f.right.figure}{'、'.join(f.missing)}"
    ]


def _print_relations(review: Review | None, done: Import, district: District, rules: Rules) -> bool:
    """Tell which relations were tried and which could not be; return whether one is broken."""
    if review is None:
        return True
    found = [_decided(finding, done.found.unread) for finding in relations(review)]
    states = [f.severity if f.severity == RESIDUE and f.is_open else f.state for f in found]
    counts = "，".join(f"{s} {states.count(s)}" for s in (PASSED, RESIDUE, FAILED, NO_DATA))
    if {PASSED, RESIDUE, FAILED, NO_DATA} & {*states}:
        click.echo(f"表间勾稽：{counts}")
    lacking = _lacking(done, found, rules)
    told = {check for checks in lacking.values() for check in checks}
    said = set[str]()
    for finding in found:
        if finding.state == FAILED or (finding.state == NO_DATA and finding.check not in told):
            state = RESIDUE if finding.severity == RESIDUE else finding.state
            line = f"  [{state}] {finding.message}{_cells(finding, done)}"
            if line in said:
                continue
            said.add(line)
            click.echo(line)
            if finding.follows:
                click.echo(f"    牵连：{'、'.join(dict.fromkeys(finding.follows))}")
    for table, checks in lacking.items():
        listed = "、".join([*checks, "表内合计与各级"])
        title = district.titles.get(table, table)
        click.echo(f"  [{NO_DATA}] 没有“{title}”，{len(checks) + 1} 项没有核对：{listed}")
    return any(f.is_open and f.severity == ERROR for f in found)


def _lacking(done: Import, found: list[Finding], rules: Rules) -> dict[str, list[str]]:
    """Return the tables that relations with those at hand lack, each with what wasn't tried."""
    tried = {f.check for f in found if f.state not in (NO_DATA, NOT_APPLICABLE)}
    stated = parse_yaml(done.plan.text, done.label, note=True).get("报表")
    read, between = set(stated or ()), dict[str, set[str]]()
    for name, check in rules.checks.items():
        terms = [_names(str(getattr(check, side, ""))) for side in ("left", "right")]
        tables = {t.split(".")[1] for each in terms for t in each if t.startswith(_STATEMENTS)}
        if tables and name not in tried:
            between[name] = tables
    missing = dict.fromkeys(t for tables in between.values() if tables & read
                            for t in sorted(tables - read))  # fmt: skip
    return {t: [name for name, tables in between.items() if t in tables] for t in missing}


def _decided(finding: Finding, unread: Collection[str]) -> Finding:
    """Return a finding as undecided where a cell that can't be read is part of it."""
    names = [name for side in (finding.left, finding.right) for name in _names(side.figure or "")]
    parts = [u for u in sorted(unread) if any(u == n or u.startswith(f"{n}.") for n in names)]
    if finding.state != FAILED or not parts:
        return finding
    message = f"“{'、'.join(parts)}”那一格没有读出，不能核对“{finding.check}”"
    return replace(finding, state=NO_DATA, severity=ERROR, message=message, missing=tuple(parts))


def _cells(finding: Finding, done: Import) -> str:
    """Return the cells that both sides of a finding were read from."""
    spots = {c.reading.name: str(c.reading.spot) for c in done.plan.changes}
    sides = [side.figure for side in (finding.left, finding.right) if side.figure]
    told = dict.fromkeys(spots[name] for side in sides for name in _names(side) if name in spots)
    return f"（{'；'.join(told)}）" if told else ""


def _names(term: str) -> Iterator[str]:
    term = re.sub(r'\["(.*?)"\]', r".\1", term)
    yield from re.findall(r"[^\s+\-*/(),=]+", re.sub(r"[（(]([^）)]*)[)）]", r"（\1）", term))


def _import_folder(files: list[Path], district: District, rules: Rules, write: bool) -> int:
    """Import each workbook into the file of its name; tell what came in and what did not."""
    table = Table(
        "工作簿", "部门文件", "指标", "改", "勾稽未通过", "问题", box=None, pad_edge=False
    )
    failed: list[str] = []
    remarks: list[str] = []
    begun: dict[str, Path] = {}
    forms: dict[Path, str] = {}
    console = Console(stderr=True)
    for workbook in track(files, "导入", console=console, disable=not console.is_terminal):
        told, lines = ["—", "0", "0", ""], list[str]()
        try:
            path = file_for(workbook, district.year, district.params_dir, begun)
            done = district.into(path, [workbook])
            if done.is_form and forms.setdefault(path, workbook.name) != workbook.name:
                message = f"{forms[path]} 也是部门代码“{path.stem}”的填报表，一个部门只能交一份"
                raise refused(workbook.name, message, "改“说明”里的部门代码，或只留一份")
            review = review_of(done, district.params_dir, rules)
            lines = [str(fault) for fault in done.faults]
            found = [_decided(f, done.found.unread) for f in (relations(review) if review else ())]
            broken = [f"{done.label}: {f.message}{_cells(f, done)}" for f in found
                      if f.is_open and f.severity == ERROR]  # fmt: skip
            written = sum(change.is_written for change in done.plan.changes)
            told = [done.label, str(len(done.plan.changes)), str(written), str(len(broken) or "")]
            if write and done.plan.text != done.before and not done.found.faults:
                write_whole(done.path, done.plan.text.encode())
            failed += broken
            remarks += [*_remarks(done), *(f"提示：{n}" for n in done.found.notes)]
        except FaultsError as error:
            lines = [str(fault) for fault in error.faults]
        failed += lines
        table.add_row(
            *map(_plain, (workbook.name, *told, f"{len(lines)} 处，没有写" if lines else ""))
        )
    Console(markup=False, highlight=False, width=200).print(table)
    for line in [*failed, *remarks]:
        click.echo(line)
    done_all = f"{len(files)} 个工作簿，{len(failed)} 处问题"
    click.echo(done_all + ("" if write else "；以上没有写入，核对无误后加 --write"))
    return 1 if failed else 0


# ── forms ───────────────────────────────────────────────────────


def new_form(
    year: int, department: str, params_dir: Path, from_year: int | None, path: Path
) -> str:
    """Write a form for a department that has no file yet; return what is said of it."""
    _, target, text = begin(year, department, params_dir, from_year)
    return _write_form(path, target, text, params_dir, None)


def export_form(file: Path, path: Path, params_dir: Path | None) -> str:
    """Write a department's file as a form; return what is said of it."""
    params = params_dir or params_of(file)
    figures = compute(load(file, params))[0]
    return _write_form(path, file, read_text(file, str(file)), params, figures)


def _write_form(
    path: Path, target: Path, text: str, params_dir: Path, figures: Figures | None
) -> str:
    if path.suffix.lower() != ".xlsx":
        raise refused(str(path), "填报表只能是 .xlsx", "写 --xlsx 部门.xlsx")
    if path.exists():
        raise refused(str(path), "已经有这个文件了，不会盖掉填好的表", "换一个名称，或先移走它")
    year, tree = _year(target, params_dir), parse_yaml(text, str(target), note=True)
    district = District(params_dir, year)
    rubric = tree.get("指标体系") or district.year_file.rubric
    names: list[str] = []
    if rubric:
        rows = load_rubric(str(rubric), params_dir).entries
        names = [row.id for row in rows]
    unit = str(tree.get("金额单位") or district.year_file.money_unit)
    writer = FormWriter(year, target.stem, unit, figures, {"评分依据": names} if names else None)
    write_whole(path, writer.made(tree))
    return f"已建 {path}　在 Excel 或 WPS 里填好后运行 govnb import {path}"
