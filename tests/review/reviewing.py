"""What the tests of the review share: small parameter files, reviewed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from govnb.review.finding import Finding, Review
from govnb.review.rules import Rules, rules_of
from govnb.review.run import review
from govnb.sheet.compute import compute
from govnb.sheet.read import Inputs, load
from govnb.text.yaml_text import parse_yaml

PARAMS = Path(__file__).resolve().parents[2] / "params"
HEAD = "年度: 2016\n部门:\n  名称: 某局\n"


def inputs_of(text: str) -> Inputs:
    """Return the checked inputs of a parameter file's text; a head is put before a fragment."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "某局.yml"
        file.write_text(text if "年度:" in text else HEAD + text, encoding="utf-8")
        return load(file, PARAMS)


def reviewed(
    text: str | Inputs,
    score: Any = None,
    rules: str | Rules | None = None,
    overrides: dict[str, str] | None = None,
) -> Review:
    """Return the review of a parameter file's text, by the shipped rules or by others."""
    inputs = inputs_of(text) if isinstance(text, str) else text
    given = rules if rules is None or isinstance(rules, Rules) else read(rules)
    figures, facts = compute(inputs, overrides)
    return review(inputs, figures, facts, score, given)


def read(checks: str, words: str | None = None) -> Rules:
    """Return the rules of a text as of `checks.yml`, and of one as of `words.yml`."""
    tree = parse_yaml(words, "words.yml") if words else None
    return rules_of(parse_yaml(checks, "checks.yml"), tree)


def finding(result: Review, id_: str) -> Finding:
    """Return the finding of that id; a missing one fails with what there is."""
    by_id = {found.id: found for found in result.findings}
    assert id_ in by_id, f"没有“{id_}”，有：{'、'.join(by_id)}"
    return by_id[id_]


def ids(findings: tuple[Finding, ...]) -> list[str]:
    """Return the ids of findings."""
    return [found.id for found in findings]
