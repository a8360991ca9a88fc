"""The form to fill in, laid out from the model: which sheet, table and column holds which key.

A section is a table of one key a row; named things are a table of one thing a row; a ledger is a
table of one account a row, each with the account above it. A key that the model gains has its
place here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from govnb.sheet.department import Department
from govnb.sheet.fields import bare, below, class_of, flat, keys_of, reader_of
from govnb.text.section import Ledger, Shorthand
from govnb.text.values import TO_FILL, Reads
from govnb.text.yaml_text import Mapping, Scalar

Path = tuple[str, ...]

# Which sheet a key of the file stands on; a new one is on the last but one till it is named here.
SHEETS = {
    "基本情况": "年度 稿别 示例 部门 金额单位 报告单位 指标体系 内设机构 人员 主要职责 管理制度",
    "收入支出": "收入 收入预算 上年收入 支出 上年支出 预算安排 支出分类 预算分类 财政拨款 预算执行",
    "三公经费": "三公经费 公用经费 政府采购 楼堂馆所",
    "项目": "项目 项目支出 项目支出总额 超支原因 运行费用",
    "绩效": "业务量 绩效指标 自评表 荣誉 清单 清单总数",
    "报告文字": "叙述 厉行节约措施 存在问题 改进措施 落款",
    "评分依据": "评分依据",
    "公布和说明": "公布数 已说明",
    "其他": "",
    "导入记录": "报表 取自 来源文件",
}
OTHER, RECORDED = "其他", "导入记录"
_DEEP = 4
ANY, TOTAL, PARTS, COLUMNS = "*", "合计", "明细", "分类合计"
WHICH, ABOVE, ACCOUNT = "哪一项", "上级科目", "科目"
# What is stated of a ledger's node, and what the form calls it.
LEDGER_HEADS = {TOTAL: "数", "名称": "报告的叫法", "部分": "明细不全"}


class Shape(Enum):
    """How a table is laid out."""

    FIELDS = "fields"  # one key a row
    RECORDS = "records"  # one thing a row, one key a column
    LEDGER = "ledger"  # one account a row
    ITEMS = "items"  # one item of a list a row


@dataclass(frozen=True)
class Column:
    """A key with its place below a row's path."""

    head: str
    path: Path
    reader: Reads | None
    help: str = ""
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the form."""

    sheet: str
    title: str
    shape: Shape
    # A step `*` is what the row's key columns say.
    path: Path
    columns: tuple[Column, ...]
    # The heads of the key columns.
    keys: tuple[str, ...] = ()
    # What the last of these may be, where the model says that.
    choices: tuple[str, ...] = ()

    @property
    def heads(self) -> list[str]:
        """The heads of all columns that are read."""
        if self.shape is Shape.FIELDS:
            return ["项目", "填报"]
        account = [ABOVE, ACCOUNT] if self.shape is Shape.LEDGER else []
        return [*self.keys, *account, *(column.head for column in self.columns)]


@dataclass
class _Section:
    """What a section holds: its values, and what needs tables of its own."""

    columns: list[Column] = field(default_factory=list)
    ledgers: list[tuple[str, Any]] = field(default_factory=list)
    sections: list[tuple[str, type[BaseModel]]] = field(default_factory=list)
    others: list[tuple[str, Any]] = field(default_factory=list)


def _section(model: type[BaseModel]) -> _Section:
    found = _Section()
    for key in keys_of(model).values():
        info = model.model_fields[key.name]
        inner, told = bare(key.type), (info.description or "", key.is_required)
        if ledger := class_of(key.type, Ledger):
            reader = keys_of(ledger)[TOTAL].reader
            found.columns.append(Column(key.alias, (key.alias, TOTAL), reader, *told))
            found.ledgers.append((key.alias, ledger))
        elif section := class_of(key.type, BaseModel):
            found.sections.append((key.alias, section))
        elif get_origin(inner) in (dict, list, tuple):
            found.others.append((key.alias, inner))
        else:
            found.columns.append(Column(key.alias, (key.alias,), key.reader, *told))
    return found


@cache
def tables(model: type[BaseModel] = Department) -> tuple[Table, ...]:
    """Return the tables of the form, sheet by sheet."""
    named = {alias: sheet for sheet, aliases in SHEETS.items() for alias in aliases.split()}
    whole, found = _section(model), list[Table]()

    def on(sheet: str, entries: list[Any], alias: Any = lambda entry: entry[0]) -> list[Any]:
        return [entry for entry in entries if named.get(alias(entry), OTHER) == sheet]

    for sheet in SHEETS:
        part = _Section(
            on(sheet, whole.columns, lambda column: column.head),
            *(on(sheet, kind) for kind in (whole.ledgers, whole.sections, whole.others)),
        )
        found += _of_section(part, sheet, (), ())
    # What is asked of a part of a part, such as a project's own indicators, stands apart.
    placed = [replace(t, sheet=f"{t.sheet}细项") if len(t.path) > _DEEP else t for t in found]
    order = [*dict.fromkeys(table.sheet for table in placed)]
    return tuple(sorted(placed, key=lambda table: order.index(table.sheet)))


def _of_section(part: _Section, sheet: str, path: Path, keys: Path) -> Iterator[Table]:
    """Yield the tables of a section that stands once: its keys, and what is below them."""
    title = _title(path) or f"{sheet} · 总的"
    if part.columns:
        yield Table(sheet, title, Shape.FIELDS, path, tuple(part.columns))
    yield from _ledgers(part.ledgers, sheet, path, keys, title.removesuffix(" · 总的"))
    for model, alike in groupby(part.sections, key=lambda entry: entry[1]):
        aliases, inside = [alias for alias, _ in alike], _section(model)
        if len(aliases) > 1 and not (inside.ledgers or inside.sections or inside.others):
            yield Table(sheet, f"{title} · 各项", Shape.RECORDS, (*path, ANY),
                        tuple(inside.columns), ("项目",), tuple(aliases))  # fmt: skip
            continue
        for alias in aliases:
            yield from _of_section(inside, sheet, (*path, alias), keys)
    for alias, inner in part.others:
        yield from _of_several(inner, sheet, (*path, alias), keys)


def _of_several(inner: Any, sheet: str, path: Path, keys: Path) -> Iterator[Table]:
    """Yield the tables of named things or of a list."""
    args = [arg for arg in get_args(inner) if arg is not Ellipsis]
    if get_origin(inner) is not dict:
        model = class_of(args[0], BaseModel)
        columns = _section(model).columns if model else [_alone(args[0])]
        yield Table(sheet, _title(path), Shape.ITEMS, path, tuple(columns), keys)
        return
    head = next((step for step in (path[-1],) if step != ANY), "名称")
    # Things within things within things: each level has a column of its own.
    head = f"{head}{len(keys)}" if head in keys else head
    path, keys, item = (*path, ANY), (*keys, head), args[1]
    if get_origin(bare(item)) in (dict, list):
        yield from _of_several(bare(item), sheet, path, keys)
    elif ledger := class_of(item, Ledger):
        yield Table(sheet, _title(path), Shape.LEDGER, path, _of_ledger(ledger), keys)
    elif model := class_of(item, BaseModel):
        yield from _records(model, sheet, path, keys)
    else:
        yield Table(sheet, _title(path), Shape.RECORDS, path, (_alone(item),), keys)


def _records(model: type[BaseModel], sheet: str, path: Path, keys: Path) -> Iterator[Table]:
    """Yield the table of things that are sections, and those of what each of them has several of.

    A section inside such a thing is columns of it: 给分.分值.
    """
    columns, below = list[Column](), list[Table]()

    def inside(model: type[BaseModel], step: Path) -> None:
        part = _section(model)
        for column in part.columns:
            head, at = ".".join([*step, column.head]), (*step, *column.path)
            columns.append(Column(head, at, column.reader, column.help, column.required))
        here = (*path, *step)
        below.extend(_ledgers(part.ledgers, sheet, here, keys, _title(here)))
        for alias, section in part.sections:
            inside(section, (*step, alias))
        for alias, inner in part.others:
            below.extend(_of_several(inner, sheet, (*here, alias), keys))

    inside(model, ())
    yield Table(sheet, _title(path), Shape.RECORDS, path, tuple(columns), keys)
    yield from below


def _ledgers(
    ledgers: list[tuple[str, Any]], sheet: str, path: Path, keys: Path, title: str
) -> Iterator[Table]:
    if ledgers:
        columns, aliases = _of_ledger(ledgers[0][1]), tuple(alias for alias, _ in ledgers)
        yield Table(sheet, f"{title} · 明细", Shape.LEDGER, (*path, ANY), columns,
                    (*keys, WHICH), aliases)  # fmt: skip


def _of_ledger(ledger: type[Ledger[Any]]) -> tuple[Column, ...]:
    stated = {column.path[0]: column for column in _section(ledger).columns}
    return tuple(
        Column(head, (key,), stated[key].reader, stated[key].help)
        for key, head in LEDGER_HEADS.items()
    )


def _alone(annotation: Any) -> Column:
    return Column("内容", (), reader_of(annotation))


def _title(path: Path) -> str:
    return " · ".join(step for step in path if step != ANY)


# ── what a file states, by where the form has it ────────────────


@dataclass(frozen=True)
class Leaf:
    """A value of a file: its path in the file, and the row and column of the form it stands in."""

    path: Path
    node: Any
    # The path with `*` for names; of a ledger's node, that of the ledger.
    pattern: Path
    # Accounts below the ledger, None for what is no part of one; and what is said of the node.
    accounts: Path | None = None
    stated: str = ""

    @property
    def name(self) -> str:
        """The figure's name."""
        return ".".join(step for step in self.path if step not in (PARTS, TOTAL))


def leaves(
    node: Any, annotation: Any = Department, path: Path = (), pattern: Path = ()
) -> Iterator[Leaf]:
    """Yield what a file's tree states; keys that its model doesn't have are left out."""
    for told in flat(annotation) if isinstance(node, Scalar) else ():
        node = told.expand(node) if isinstance(told, Shorthand) else node
    if class_of(annotation, Ledger):
        yield from _in_ledger(node, path, pattern, ())
    elif isinstance(node, Mapping) and get_origin(bare(annotation)) is dict:
        for key, item in node.items():
            yield from leaves(item, get_args(bare(annotation))[1], (*path, key), (*pattern, ANY))
    elif isinstance(node, Mapping):
        for key, item in node.items():
            if (inside := below(annotation, key)) is not None:
                yield from leaves(item, inside, (*path, key), (*pattern, key))
    elif not is_blank(node):
        yield Leaf(path, node, pattern)


def is_blank(node: Any) -> bool:
    """Tell whether a key says nothing yet."""
    return node is None or node == [] or (isinstance(node, str) and node.strip() in ("", TO_FILL))


def _in_ledger(node: Any, path: Path, pattern: Path, accounts: Path) -> Iterator[Leaf]:
    stated = node if isinstance(node, Mapping) else {TOTAL: node}
    for key, item in stated.items():
        if key == PARTS and isinstance(item, Mapping):
            for name, part in item.items():
                yield from _in_ledger(part, (*path, PARTS, name), pattern, (*accounts, name))
        elif key == COLUMNS and isinstance(item, Mapping):
            for name, total in item.items():
                if is_blank(total):
                    continue
                at = (*accounts, COLUMNS, name)
                yield Leaf((*path, COLUMNS, name), total, pattern, at, TOTAL)
        elif not is_blank(item):
            yield Leaf((*path, key), item, pattern, accounts, key)
