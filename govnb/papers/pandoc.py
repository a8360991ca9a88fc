"""pandoc, which reads HTML and writes Word, Typst and formulas: where it is, and asking it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

# What the papers were tried with; an older one on the machine is passed over.
OLDEST = (3, 9)
_SECONDS = 120
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
        If it can't; says what pandoc said.
    """
    done = subprocess.run(
        [program(), *options], input=given.encode(), capture_output=True, cwd=folder,
        timeout=_SECONDS,
    )  # fmt: skip
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
    """Return the tree of a piece of HTML; scripts and styles are no part of it."""
    # Sandboxed, so that nothing of this machine is read for it.
    tree = json.loads(ask(html, "--from=html", "--to=json", "--sandbox"))
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
