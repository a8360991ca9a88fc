"""Receipts: what a report was made from, so that the next run knows what to leave alone.

A receipt lies beside the outputs and holds the content hash of everything that can change
them. Nothing here parses a parameter file or loads a library that draws: finding out that
a thousand departments need nothing takes a second or two.
"""

from __future__ import annotations

import hashlib
import json
import platform
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from govnb.batch.job import Job
from govnb.batch.outcome import Outcome, Output
from govnb.batch.store import RECEIPTS, Entry, Store
from govnb.review.words import words_file
from govnb.sheet.folder import YEAR_FILE, registers_of

EDITION = "版本"
# What draws, computes or writes a part of a report; another version may do so differently.
_LIBRARIES = (
    "fonttools", "ipykernel", "ipython", "jinja2", "matplotlib", "nbclient", "nbconvert",
    "nbformat", "numpy", "pandas", "papermill", "python-docx", "typst",
)  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """Everything a report depends on, each part with the name it has in a reason."""

    # SHA-256 of each file or group of files.
    inputs: Mapping[str, str]
    # Formats, edition and engine.
    options: Mapping[str, str]


@dataclass(frozen=True)
class Receipt:
    """What the last run of a department left."""

    stamp: Stamp
    outcome: Outcome
    # What its outputs, and the receipt itself, are called.
    stem: str
    run: Mapping[str, Any] = field(default_factory=dict)
    # Of this shape; one of another counts as none.
    version: Literal[2] = 2

    @property
    def edition(self) -> str:
        """The edition that was made."""
        return self.stamp.options.get(EDITION, "review")


def shared_files(template: Job) -> dict[str, Path]:
    """Return the files that all reports of a year depend on, by the name each has in a reason."""
    params, year = template.params_dir, template.params_dir / str(template.year)
    # The program's own, where the district has none.
    words = words_file(params)
    kinds = {"规则": "rules", "指标体系": "rubrics"}
    return {
        "年度文件": year / YEAR_FILE,
        **({f"规则 {words.name}": words} if words else {}),
        **{f"{kind} {p.name}": p for kind, folder in kinds.items()
           for p in sorted((params / folder).glob("*.yml"))},
    }  # fmt: skip


def own_files(parameters: Path) -> dict[str, Path]:
    """Return the files that a department's report depends on, from where its parameters are.

    The ledgers beside them, and last year's, which a report is held against.
    """
    files = {"参数文件": parameters} | {f"台账 {f.name}": f for f in registers_of(parameters)}
    year = parameters.parent
    before = year.with_name(str(int(year.name) - 1)) / parameters.name
    if before.is_file():
        files |= {"上年参数文件": before, "上年年度文件": before.with_name(YEAR_FILE)}
        files |= {f"上年台账 {file.name}": file for file in registers_of(before)}
    return files


def program(notebook: Path) -> dict[str, str]:
    """Return the hashes of what runs: a notebook, this program, the libraries."""
    return {
        f"笔记本 {notebook.name}": sources_digest(notebook),
        "govnb 程序": package_digest(),
        "运行环境": environment(),
    }


class Shared:
    """The part of every stamp that is the same for all departments, worked out once."""

    def __init__(self, template: Job, notebook: Path) -> None:
        files = {name: digest(file) for name, file in shared_files(template).items()}
        self.inputs = files | program(notebook)
        self.options = options_of(template)

    def stamp(self, parameters: Path) -> Stamp:
        """Return the stamp of a department, from where its parameters are."""
        own = {name: digest(file) for name, file in own_files(parameters).items()}
        return Stamp({**own, **self.inputs}, self.options)


def options_of(job: Job) -> dict[str, str]:
    """Return the options that change what a report looks like or how it comes about."""
    return {
        "格式": "、".join(sorted(job.formats)),
        EDITION: job.edition,
        "引擎": job.engine or "govnb",
        **({"指标一览": "上纸"} if job.with_figures else {}),
    }


def why_run(
    stamp: Stamp, receipt: Receipt | None, present: Mapping[str, Entry], store: Store
) -> list[str]:
    """Return the reasons to run a department again; none if nothing has changed.

    `stamp` says what a report made now would depend on, `present` which output files there are.
    """
    if receipt is None:
        return ["尚未生成"]
    if receipt.outcome.failure is not None:
        return [f"上次未能生成：{receipt.outcome.failure.reason}"]
    reasons = _changes(receipt.stamp.inputs, stamp.inputs)
    for name, now in stamp.options.items():
        if (before := receipt.stamp.options.get(name, "")) != now:
            reasons.append(f"{name}由 {before} 改为 {now}")
    for extension, output in receipt.outcome.outputs.items():
        name = f"{receipt.stem}.{extension}"
        if name not in present:
            reasons.append(f"输出 {name} 不见了")
        elif not _same(present[name], output, name, store):
            reasons.append(f"输出 {name} 被改动")
    return reasons


def _same(entry: Entry, output: Output, name: str, store: Store) -> bool:
    if entry.stamp == output.stamp and entry.size == output.size:
        return True
    # A copied or unpacked folder has new times; only then is the content looked at.
    return entry.size == output.size and (
        hashlib.sha256(store.read(name)).hexdigest() == output.sha256
    )


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    reasons = [
        f"{name}有改动" if name in before else f"新增{name}"
        for name in now
        if before.get(name) != now[name] and name != "运行环境"
    ]
    reasons += [f"删去{name}" for name in before if name not in now]
    old, new = before.get("运行环境", ""), now.get("运行环境", "")
    if old != new:
        changed = sorted(set(new.split("; ")) - set(old.split("; ")))
        reasons.append(f"运行环境有改动：{'、'.join(changed) or '少了一个库'}")
    return reasons


def read_receipts(store: Store, edition: str = "review", folder: str = "") -> dict[str, Receipt]:
    """Return an edition's receipts in a folder by the stem of their outputs.

    One that can't be read counts as none.
    """
    found = {}
    where = f"{RECEIPTS}/{folder}".rstrip("/")
    for name in store.listing(where):
        with suppress(OSError, ValueError):
            receipt = _kept().validate_json(store.read(f"{where}/{name}"))
            # A copy under another name is nobody's.
            own = f"{RECEIPTS}/{receipt.stem}.json" == f"{where}/{name}"
            if own and receipt.edition == edition:
                found[receipt.stem] = receipt
    return found


def write_receipt(store: Store, receipt: Receipt) -> None:
    """Keep a receipt beside the outputs."""
    data = _kept().dump_json(receipt, indent=1)
    # An empty one after a power failure counts as none.
    store.write({f"{RECEIPTS}/{receipt.stem}.json": data}, flush=False)


@cache
def _kept() -> TypeAdapter[Receipt]:
    return TypeAdapter(Receipt)


def digest(path: Path) -> str:
    """Return a file's hash, or why it has none: the run itself tells what that means."""
    try:
        # A pipe or a device would keep us waiting for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return "不是普通文件"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"无法读取：{error.strerror}"


def sources_digest(notebook: Path) -> str:
    """Return the hash of what a notebook's cells do: saving it in JupyterLab changes no report.

    That leaves outputs and counts, empty cells at the end, and notes of its own in the metadata.
    """
    try:
        made = json.loads(notebook.read_text("utf-8"))
        told = [_cell(cell) for cell in made["cells"] if "".join(cell["source"]).strip()]
        title = made["metadata"].get("title")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return digest(notebook)
    return hashlib.sha256(json.dumps([title, told]).encode()).hexdigest()


def _cell(cell: Mapping[str, Any]) -> list[Any]:
    noted = cell["metadata"]
    source = "".join(cell["source"]).replace("\r\n", "\n").rstrip()
    kept = [cell["cell_type"], source, sorted(noted.get("tags") or ()), noted.get("alt")]
    return [*kept, cell.get("attachments") or {}]


@cache
def package_digest() -> str:
    """Return one hash over this package's own files: code, templates, fonts."""
    root = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(root).as_posix()}\0{digest(path)}\n".encode())
    return total.hexdigest()


@cache
def environment() -> str:
    """Return the versions of Python and of the libraries a report is made with."""
    versions = [f"Python {platform.python_version()}", sys.platform]
    for name in _LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} 未安装")
    return "; ".join(versions)
