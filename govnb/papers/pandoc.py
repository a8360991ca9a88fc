"""pandoc, which reads HTML and writes Word, Typst and formulas: where it is, and asking it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lxml.etree import LxmlError  # type: ignore[import-untyped]
from lxml.html import fragment_fromstring, tostring  # type: ignore[import-untyped]

# What the papers were tried with; an older one on the machine is passed over.
OLDEST = (3, 9)
_SECONDS = 60
# HTML nests as deep as its writer likes; no page does.
_DEEPEST = 100
# A cell said to span more than this is an error or an attack, not a table.
_MOST_SPAN = 200
_SPANS = {"colspan", "rowspan"}
_VERSION = (1, 23, 1)

# An element of pandoc's tree, as its JSON has it: {"t": kind, "c": content}.
Node = dict[str, Any]
Nodes = list[Node]


@cache
def program() -> str:
    """Return the pandoc to use: the machine's own if it is new enough, else the one installed."""
    found = shutil.which("pandoc")
    if found:
        told = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        version = re.match(r"pandoc\S* (\d+)\.(\d+)", told)
        if version and (int(version[1]), int(version[2])) >= OLDEST:
            return found
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def ask(given: str, *options: str, folder: Path | None = None) -> bytes:
    """Return what pandoc makes of a text.

    Raises
    ------
    ValueError
        If it can't, or not in time; says what pandoc said.
    """
    command = [program(), *options]
    try:
        done = subprocess.run(
            command, input=given.encode(), capture_output=True, cwd=folder, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"pandoc: {_SECONDS} s") from error
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def write(blocks: Nodes, *options: str, folder: Path | None = None) -> bytes:
    """Return a tree as pandoc writes it."""
    return ask(document(blocks), "--from=json", *options, folder=folder)


def document(blocks: Nodes) -> str:
    """Return a tree as pandoc reads it."""
    made = {"pandoc-api-version": _VERSION, "meta": {}, "blocks": blocks}
    return json.dumps(made, ensure_ascii=False)


def read_html(html: str) -> Nodes:
    """Return the tree of a piece of HTML; scripts and styles are no part of it.

    Raises
    ------
    ValueError
        If it can't be read, or is nested beyond reason.
    """
    try:
        root = fragment_fromstring(html, create_parent="div")
    except LxmlError as error:
        raise ValueError(str(error)) from error
    deep = {root: 0}
    for element in root.iterdescendants():
        deep[element] = deep[element.getparent()] + 1
        for name in _SPANS & set(element.keys()):
            span = element.get(name, "")
            element.set(name, str(min(int(span), _MOST_SPAN)) if span.isdecimal() else "1")
    if max(deep.values()) > _DEEPEST:
        raise ValueError("nested too deep")
    # With every element closed: pandoc takes time without end over lists that aren't. Sandboxed,
    # so that nothing of this machine is read for it.
    closed = tostring(root, encoding="unicode")
    tree = json.loads(ask(closed, "--from=html", "--to=json", "--sandbox"))
    found: Nodes = tree["blocks"]
    return found


# The TeX itself would be read out after the formula.
_ASIDE = re.compile(r"<annotation\b.*?</annotation>|</?semantics>| xmlns=\"[^\"]*\"", re.DOTALL)


@lru_cache(maxsize=256)
def mathml(tex: str, *, display: bool = False) -> str | None:
    """Return a formula as MathML, or None where pandoc doesn't understand the TeX."""
    kind = {"t": "DisplayMath" if display else "InlineMath"}
    blocks = [{"t": "Plain", "c": [{"t": "Math", "c": [kind, tex]}]}]
    html = write(blocks, "--to=html", "--mathml", "--wrap=none").decode()
    found = re.search(r"<math\b.*</math>", html, re.DOTALL)
    return _ASIDE.sub("", found[0]) if found else None
