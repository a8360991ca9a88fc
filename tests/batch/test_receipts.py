"""Receipts: what makes a report run again, and what doesn't."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govnb.batch.job import Job
from govnb.batch.outcome import Failure, Outcome, Output
from govnb.batch.plan import Plan, make_plan, vouched
from govnb.batch.receipts import (
    Receipt,
    Shared,
    Stamp,
    digest,
    options_of,
    package_digest,
    read_receipts,
    sources_digest,
    why_run,
    write_receipt,
)
from govnb.batch.run import find_notebook
from govnb.batch.store import Folder, Store
from tests.batch.years import YearFolder, year_folder

Year = tuple[YearFolder, Job, Store]


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Year:
    """A year in which all three departments were made by the last run."""
    folder = year_folder(tmp_path, "a", "b", "c")
    (tmp_path / "params" / "rubrics").mkdir()
    (tmp_path / "params" / "rubrics" / "r.yml").write_text("名称: r\n")
    monkeypatch.chdir(tmp_path)
    job = Job(2016, "", Path("params"), "outputs", ("html",))
    store = Folder(folder.outputs)
    for task in make_plan(job, store).tasks:
        name = task.job.department
        store.write({f"{name}.html": b"page of " + name.encode()})
        entry = store.entry(f"{name}.html")
        output = Output(entry.size, entry.stamp, digest(folder.outputs / f"{name}.html"))
        write_receipt(store, Receipt(task.stamp, Outcome(name, 1.0, {"html": output}), name))
    return folder, job, store


def reasons(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {task.job.department: task.reasons for task in plan.to_run}


def test_nothing_changed_nothing_runs(year: Year) -> None:
    _, job, store = year
    assert reasons(make_plan(job, store)) == {}


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("params/2016/b.yml", "年度: 2017", {"b": "参数文件有改动"}),
        ("params/2016/_year.yml", "年度: 2016 ", "年度文件有改动"),
        ("params/rules/figures.yml", "{} ", "规则 figures.yml有改动"),
        ("params/rules/new.yml", "{}", "新增规则 new.yml"),
        ("params/rubrics/r.yml", "名称: s", "指标体系 r.yml有改动"),
        ("notebooks/department.ipynb", "{}", "笔记本 department.ipynb有改动"),
    ],
)
def test_what_changed_runs_again_and_is_named(
    year: Year, file: str, content: str, expected: str | dict[str, str]
) -> None:
    folder, job, store = year
    (folder.path / file).write_text(content, encoding="utf-8")
    wanted = expected if isinstance(expected, dict) else dict.fromkeys("abc", expected)
    assert reasons(make_plan(job, store)) == {name: (why,) for name, why in wanted.items()}


def test_opening_and_saving_a_notebook_in_jupyterlab_runs_nothing(tmp_path: Path) -> None:
    source = find_notebook("department.ipynb", Path("params"))
    saved = tmp_path / source.name
    notebook = json.loads(source.read_text("utf-8"))
    before = sources_digest(source)
    notebook["metadata"]["language_info"]["version"] = "3.99"
    notebook["cells"][0] |= {"execution_count": 1, "outputs": [{"output_type": "stream"}]}
    # Shift-Enter in the last cell adds one below; a tag put on and taken off leaves a list.
    notebook["cells"].append(notebook["cells"][0] | {"id": "new", "source": ["\n"]})
    notebook["cells"][-2]["metadata"] |= {"tags": [], "jupyter": {"source_hidden": True}}
    notebook["cells"][2]["source"] = "".join(notebook["cells"][2]["source"]) + "\n"
    saved.write_text(json.dumps(notebook), "utf-8")
    assert sources_digest(saved) == before
    changes: list[dict[str, Any]] = [
        {"source": ["wb = None"]},
        {"metadata": {"tags": ["remove_cell"]}},
        {"cell_type": "markdown"},
        {"attachments": {"a.png": {"image/png": "eA=="}}},
    ]
    for change in changes:
        other = json.loads(json.dumps(notebook))
        other["cells"][1] |= change
        saved.write_text(json.dumps(other), "utf-8")
        assert sources_digest(saved) != before, change
    saved.write_text(json.dumps({**notebook, "cells": notebook["cells"][::-1]}), "utf-8")
    assert sources_digest(saved) != before


def test_a_rule_that_is_gone_is_named(year: Year) -> None:
    folder, job, store = year
    (folder.path / "params" / "rubrics" / "r.yml").unlink()
    assert reasons(make_plan(job, store))["a"] == ("删去指标体系 r.yml",)


def test_touching_a_file_runs_nothing(year: Year) -> None:
    folder, job, store = year
    for path in folder.path.rglob("*"):
        os.utime(path, (0, 0))
    assert reasons(make_plan(job, store)) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"formats": ("html", "pdf")}, "格式由 html 改为 html、pdf"),
        ({"engine": "kernel"}, "引擎由 govnb 改为 kernel"),
    ],
)
def test_other_options_run_all_again(year: Year, change: dict[str, Any], expected: str) -> None:
    _, job, store = year
    assert set(reasons(make_plan(replace(job, **change), store)).values()) == {(expected,)}


def test_an_output_that_is_gone_or_changed_is_made_again(year: Year) -> None:
    folder, job, store = year
    (folder.outputs / "a.html").unlink()
    (folder.outputs / "b.html").write_bytes(b"page of x")
    assert reasons(make_plan(job, store)) == {
        "a": ("输出 a.html 不见了",),
        "b": ("输出 b.html 被改动",),
    }


def test_a_failure_is_tried_again(year: Year) -> None:
    _, job, store = year
    receipt = read_receipts(store)["a"]
    failed = Outcome("a", failure=Failure("超过 5 秒，已终止", "", 3, "x", ("a.yml:1:1",)))
    write_receipt(store, replace(receipt, outcome=failed))
    assert read_receipts(store)["a"].outcome == failed
    assert reasons(make_plan(job, store)) == {"a": ("上次未能生成：超过 5 秒，已终止",)}


OUTPUT = '"outcome": {"department": "a"}, "stem": "a"'
WRONG_TYPES = [
    '{"version": 2, "stamp": {"inputs": [1], "options": {}}, ' + OUTPUT + "}",
    '{"version": 2, "stamp": {"inputs": {}, "options": 5}, ' + OUTPUT + "}",
    '{"version": 2, "stamp": {"inputs": {}, "options": {}}, "outcome": [], "stem": "a"}',
    # Of another department, copied here; and of an older version.
    '{"version": 2, "stamp": {"inputs": {}, "options": {}}, '
    '"outcome": {"department": "b"}, "stem": "b"}',
    '{"version": 1, "stamp": {"inputs": {}, "options": {}}, ' + OUTPUT + "}",
]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"version": 0}', "null", "\0", *WRONG_TYPES]
)
def test_a_receipt_that_cannot_be_read_counts_as_none(year: Year, content: str) -> None:
    folder, job, store = year
    (folder.outputs / ".receipts" / "a.json").write_text(content)
    assert reasons(make_plan(job, store)) == {"a": ("尚未生成",)}


def test_a_report_made_while_its_file_changed_is_made_again(year: Year) -> None:
    folder, job, store = year
    (task,) = [t for t in make_plan(job, store, force=True).tasks if t.job.department == "a"]
    path = folder.path / "params" / "2016" / "a.yml"
    before = path.read_bytes()
    assert vouched(task) == task.stamp
    path.write_text("年度: 2016 # 另一版\n", encoding="utf-8")
    stamp = vouched(task)
    path.write_bytes(before)
    output = read_receipts(store)["a"].outcome
    write_receipt(store, Receipt(stamp, output, "a"))
    assert reasons(make_plan(job, store)) == {"a": ("参数文件有改动",)}


def test_files_of_formats_no_longer_made_are_told_of(year: Year) -> None:
    _, job, store = year
    store.write({"a.pdf": b"", "b.docx": b"", "_all/district.pdf": b"", "z.pdf": b""})
    assert make_plan(job, store).stale == ("a.pdf", "_all/district.pdf", "b.docx")


def test_another_version_of_a_library_is_named() -> None:
    before = Stamp({"运行环境": "Python 3.11; matplotlib 1"}, {})
    now = Stamp({"运行环境": "Python 3.11; matplotlib 2"}, {})
    receipt = Receipt(before, Outcome("a"), "a")
    assert why_run(now, receipt, {}, Folder(Path())) == ["运行环境有改动：matplotlib 2"]


def test_left_over_outputs_are_found(year: Year) -> None:
    folder, job, store = year
    (folder.path / "params" / "2016" / "c.yml").unlink()
    store.write(
        {
            "d.pdf": b"",
            "b-试算.html": b"",
            "index.html": b"",
            "_all/district.pdf": b"",
            "x.txt": b"",
        }
    )
    assert make_plan(job, store).left_over == ("c", "d")


def test_what_is_no_file_has_a_digest_that_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    start = time.monotonic()
    assert digest(tmp_path / "pipe") == digest(tmp_path) == "不是普通文件"
    assert digest(tmp_path / "none").startswith("无法读取")
    assert time.monotonic() - start < 5


def test_the_package_is_hashed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(package_digest()) == 64
    assert package_digest() == package_digest.__wrapped__()


def test_options_are_the_same_in_whatever_order() -> None:
    one, two = (Job(2016, "", formats=formats) for formats in (("html", "pdf"), ("pdf", "html")))
    assert options_of(one) == options_of(two)


def test_a_thousand_unchanged_departments_are_planned_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = year_folder(tmp_path, *(f"{i:04d}" for i in range(1000)))
    monkeypatch.chdir(tmp_path)
    job, store = Job(2016, "", Path("params"), "outputs", ("html",)), Folder(folder.outputs)
    folder.outputs.mkdir(parents=True)
    shared = Shared(job, Path("notebooks/department.ipynb"))
    for i in range(1000):
        path = folder.outputs / f"{i:04d}.html"
        path.write_bytes(b"x")
        entry = store.entry(path.name)
        output = Output(entry.size, entry.stamp, "")
        stamp = shared.stamp(tmp_path / "params" / "2016" / f"{i:04d}.yml")
        write_receipt(store, Receipt(stamp, Outcome(path.stem, 0, {"html": output}), path.stem))
    start = time.process_time()
    plan = make_plan(job, store)
    assert len(plan.to_skip) == 1000
    assert time.process_time() - start < 5
