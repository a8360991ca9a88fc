"""The reference of kinds and fields in docs/ is what the classes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from govnb.review.check import Check
from govnb.rubric.rule import Rule
from tools.reference import blocks, rewritten

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_documents_are_as_the_classes_have_them(page: Path) -> None:
    text = page.read_text("utf-8")
    assert rewritten(text) == text, "run: python tools/reference.py"


@pytest.mark.parametrize("name", sorted(blocks()))
def test_every_part_stands_in_a_document_and_says_what_each_field_holds(name: str) -> None:
    part = blocks()[name]
    assert any(f"<!-- {name}：自动生成 -->" in page.read_text("utf-8") for page in PAGES)
    assert "|  |  |" not in part and "| 是 |  |" not in part


def test_every_kind_is_told_in_chinese() -> None:
    told = blocks()["规则种类"] + blocks()["核对种类"]
    assert all(f"### {kind.name}\n" in told for kind in Rule.KINDS.values())
    assert all(f"### {name}\n" in told for name in Check.kinds)


def test_the_guide_is_one_that_is_read() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 250
