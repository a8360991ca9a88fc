"""What comes with the program: notebooks, rules, rubrics, year files to begin from.

In the repository they stand in folders of their own, where analysts edit them; a wheel
carries them inside the package.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
PARTS = ("rules", "rubrics", "imports", "schema")


def shipped(part: str) -> Path | None:
    """Return a shipped folder, such as `notebooks` or `params`, if it is installed."""
    places = (_PACKAGE / part, _PACKAGE.parent / part)
    return next((place for place in places if place.is_dir()), None)


def rules_file(params_dir: Path, name: str) -> Path | None:
    """Return a district's file of rules, or where it has none, the one with the program."""
    folders = (params_dir, shipped("params"))
    files = (folder / "rules" / name for folder in folders if folder)
    return next((file for file in files if file.exists()), None)


def copy_rules(params_dir: Path) -> list[Path]:
    """Give a parameter folder without a formula book what is shipped; return the folders made."""
    source = shipped("params")
    if source is None or (params_dir / "rules" / "figures.yml").exists():
        return []
    missing = [p for p in PARTS if (source / p).is_dir() and not (params_dir / p).exists()]
    return [shutil.copytree(source / part, params_dir / part) for part in missing]
