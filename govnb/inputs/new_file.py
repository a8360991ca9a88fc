"""A parameter file to begin from: blank, or last year's with this year's numbers to fill in."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from govnb.inputs.files import write_whole
from govnb.inputs.read import department_path, label_of, new_path
from govnb.inputs.yaml_text import Mapping, Scalar, Sequence, parse_yaml, read_text

# What a year says of itself only; carrying it over would report last year's facts as this one's.
_OF_ONE_YEAR = frozenset({"公布数", "落款", "评分依据", "已说明", "荣誉"})
_LAST_YEAR = {"预算": "上年预算", "支出": "上年支出", "本年": "上年", "实际": "上年实际"}
_HAS_LAST_YEAR = {"三公经费", "公用经费", "项目支出", "政府采购", "业务量"}
_KEPT = frozenset({"年度", "部门"})
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?\s*[余多]?\s*\D{0,3}")


def create(
    year: int, department: str, params_dir: Path, from_year: int | None = None
) -> list[Path]:
    """Write a department's new file, and the year's own file when the year is new.

    Returns
    -------
    list of Path
        The files written; none that exists is touched.

    Raises
    ------
    FaultsError
        If the department has a file already, can't bear that name, or has none to carry over.
    """
    target = new_path(year, department, params_dir)
    if from_year is None:
        text = blank_file(year, department)
    else:
        source = department_path(from_year, department, params_dir)
        label = label_of(source, params_dir)
        text = carried_over(read_text(source, label), label, year)
    written = [target]
    shared = target.parent / "_year.yml"
    others = sorted(params_dir.glob("[0-9]*/_year.yml"))
    if not shared.exists() and others:
        nearest = min(others, key=lambda path: abs(int(path.parent.name) - year))
        label = label_of(nearest, params_dir)
        write_whole(shared, year_file(read_text(nearest, label), label, year).encode())
        written.insert(0, shared)
    write_whole(target, text.encode())
    return written


def blank_file(year: int, department: str) -> str:
    """Return the commented parameter file of a department that has none yet."""
    text = files("govnb.inputs").joinpath("blank.yml").read_text(encoding="utf-8")
    filled = text.replace("｛年度｝", str(year)).replace("｛部门｝", department)
    return filled.replace("｛文件｝", f"params/{year}/{department}.yml")


def carried_over(text: str, label: str, year: int) -> str:
    """Return last year's file as this year's beginning.

    Numbers become 未公布, budget, actual and volumes move to last year's columns, formulas
    and prose stay, and what holds for one year only is left out.

    Raises
    ------
    FaultsError
        If last year's file can't be read.
    """
    tree = parse_yaml(text, label)
    lines = text.splitlines()
    edits: list[tuple[int, int, int, str]] = []
    for key, value in tree.items():
        if key == "年度":
            edits.append((value.place.line, value.place.column, len(value), str(year)))
        elif key not in _KEPT | _OF_ONE_YEAR:
            edits.extend(_edits(value, lines, key in _HAS_LAST_YEAR))
    for line, column, length, new in sorted(edits, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[: column - 1] + new + old[column - 1 + length :]
    dropped = _dropped_lines(tree, len(lines))
    kept = [line for number, line in enumerate(lines, 1) if number not in dropped]
    head = f"# 由上一年的 {label} 延续而来：数都待填，文字、职责、机构请逐项核对。"
    return "\n".join([kept[0], head, *kept[1:]]) + "\n"


def year_file(text: str, label: str, year: int) -> str:
    """Return another year's `_year.yml` as this year's; accounts and rubric are to be checked.

    Raises
    ------
    FaultsError
        If it can't be read.
    """
    stated = parse_yaml(text, label)["年度"].place
    lines = text.splitlines()
    lines[stated.line - 1] = f"年度: {year}"
    head = f"# 由 {label} 延续而来：请核对指标体系和经济分类科目是否有变。"
    return "\n".join([lines[0], head, *lines[1:]]) + "\n"


def _edits(value: object, lines: list[str], moves: bool) -> list[tuple[int, int, int, str]]:
    found: list[tuple[int, int, int, str]] = []
    if isinstance(value, Mapping):
        if moves:
            found.extend(_last_year(value, lines))
        for key, item in value.items():
            if key != "日期" and not (moves and key in _LAST_YEAR.values()):
                found.extend(_edits(item, lines, moves))
    elif isinstance(value, Sequence):
        pass
    elif isinstance(value, Scalar) and _PLAIN_NUMBER.fullmatch(value):
        found.append((value.place.line, value.place.column, _typed(value, lines), "未公布"))
    return found


def _last_year(section: Mapping, lines: list[str]) -> list[tuple[int, int, int, str]]:
    """Return the edits that put this section's numbers into its last-year keys."""
    found = []
    for key, last in _LAST_YEAR.items():
        value = section.get(key)
        if not isinstance(value, Scalar) or value.startswith("="):
            continue
        if last in section:
            old = section[last]
            found.append((old.place.line, old.place.column, _typed(old, lines), str(value)))
            continue
        at = section.keys_at[key]
        flow = lines[section.place.line - 1][section.place.column - 1] == "{"
        # In block style the new key takes the old one's column; a line break keeps it there.
        after = ", " if flow else "\n" + " " * (at.column - 1)
        found.append((at.line, at.column, 0, f"{last}: {value}{after}"))
    return found


def _typed(value: Scalar, lines: list[str]) -> int:
    quoted = lines[value.place.line - 1][value.place.column - 1] in "'\""
    return len(value) + 2 * quoted


def _dropped_lines(tree: Mapping, last: int) -> set[int]:
    starts = sorted((place.line, key) for key, place in tree.keys_at.items())
    ends = [line for line, _ in starts[1:]] + [last + 1]
    return {
        number
        for (start, key), end in zip(starts, ends, strict=True)
        if key in _OF_ONE_YEAR
        for number in range(start, end)
    }
