"""Write a made-up district: its folder of parameters, and the list of what is wrong in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

from govnb.batch.sample.department import WORDS, department
from govnb.batch.sample.errors import KINDS, Error
from govnb.files import find_upward, write_all_whole, write_whole
from govnb.shipped import shipped
from govnb.text.faults import Fault, FaultsError, Place

YEAR = 2016
# One department in so many has an error.
_SHARE = 3
LISTING = "seeded-errors.json"
_SCHEMA = "# yaml-language-server: $schema=../schema/{}.schema.json\n"
_NOTE = "# 示例：部门和数据都是虚构的，由 govnb sample 生成。\n"


@dataclass(frozen=True)
class Sample:
    """What was written: the departments, and the errors by department."""

    folder: Path
    departments: tuple[str, ...]
    errors: dict[str, Error]


def make(count: int, folder: Path, seed: int = 0, params: Path | None = None) -> Sample:
    """Write `count` made-up departments as a parameter folder of their own.

    Parameters
    ----------
    count
        How many departments.
    folder
        Where to; it must not hold another year's departments already.
    seed
        The same seed gives the same files.
    params
        The folder whose rules and rubrics the district takes; by default the nearest `params`.

    Raises
    ------
    FaultsError
        If there are no rules to take, or the folder holds something else.
    """
    near = find_upward("params")
    has_rules = (near / "rules" / "figures.yml").is_file()
    source = params or (near if has_rules else shipped("params") or near)
    if not (source / "rules" / "figures.yml").is_file():
        hint = "在仓库根目录下运行，或用 --params 指明"
        raise FaultsError([Fault(Place(str(source)), "这里没有 rules/figures.yml", hint)])
    year = folder / str(YEAR)
    if year.exists() and any(_NOTE not in p.read_text("utf-8") for p in year.glob("*.yml")):
        hint = "换一个 --out"
        raise FaultsError([Fault(Place(str(year)), "这个文件夹里有不是示例的文件", hint)])
    for part in ("rules", "rubrics", "schema"):
        if (source / part).is_dir() and (source / part).resolve() != (folder / part).resolve():
            shutil.copytree(source / part, folder / part, dirs_exist_ok=True)
    # A smaller district must not keep departments of a larger one.
    for old in year.glob("*.yml"):
        old.unlink()
    write_whole(year / "_year.yml", (_SCHEMA.format("year") + _NOTE + dump(year_file())).encode())
    names, errors = [], {}
    for number in range(count):
        tree = department(number, YEAR, seed)
        name = tree["部门"]["预算编码"]
        if number % _SHARE == 1:
            kind = KINDS[number // _SHARE % len(KINDS)]
            errors[name] = kind(tree, Random(f"error-{seed}-{number}"))
        text = _SCHEMA.format("department") + _NOTE + dump(tree)
        write_all_whole({year / f"{name}.yml": text.encode()}, flush=False)
        names.append(name)
    listed = [{"department": name, **asdict(error)} for name, error in errors.items()]
    told = {"year": YEAR, "seed": seed, "departments": count, "errors": listed}
    write_whole(folder / LISTING, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())
    return Sample(folder, tuple(names), errors)


def year_file() -> dict[str, Any]:
    """Return what the made-up district shares."""
    shared: dict[str, Any] = {"年度": YEAR, "地区": "示例市示例区", "金额单位": "万元"}
    return shared | {"指标体系": "hunan-2016", "经济分类": dict(WORDS["经济分类"])}


def dump(tree: Any) -> str:
    """Return a tree as YAML the way people write it: Chinese as it is, amounts plain."""
    text: str = yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4096)
    return text


class _Dumper(yaml.CSafeDumper):
    """Writes decimals and dates as they print, and text with lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write an amount wherever it stands: no one reads `*id001`."""
        return True


# Our reader takes dates as they are written; without this they would be quoted.
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not tag.endswith("timestamp")]
    for first, known in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def _decimal(dumper: _Dumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(str, _text)
