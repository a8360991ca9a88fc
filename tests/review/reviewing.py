"""What the tests of the review share: small parameter files, reviewed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from govnb.evaluate.compute import compute
from govnb.inputs.check_rules import Checks
from govnb.inputs.read import Inputs, load, validate
from govnb.inputs.yaml_text import parse_yaml
from govnb.review import review
from govnb.review.finding import Finding, Review

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
    rules: str | None = None,
    overrides: dict[str, str] | None = None,
) -> Review:
    """Return the review of a parameter file's text, by the shipped rules or by others."""
    inputs = inputs_of(text) if isinstance(text, str) else text
    if rules is not None:
        tree = parse_yaml(rules, "checks.yml")
        checks: Checks = validate(tree, Checks)
        inputs = replace(inputs, checks=checks, checks_at=tree.keys_at)
    figures, facts = compute(inputs, overrides)
    return review(inputs, figures, facts, score)


def finding(result: Review, id_: str) -> Finding:
    """Return the finding of that id; a missing one fails with what there is."""
    by_id = {found.id: found for found in result.findings}
    assert id_ in by_id, f"没有“{id_}”，有：{'、'.join(by_id)}"
    return by_id[id_]


def ids(findings: tuple[Finding, ...]) -> list[str]:
    """Return the ids of findings."""
    return [found.id for found in findings]
