"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from govnb.text.faults import FaultsError


def years(ctx: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Return the years there are parameter files of, for the shell's completion."""
    from govnb.sheet.folder import departments, is_year

    params = _params(ctx)
    found = sorted(path.name for path in params.glob("*") if is_year(path))
    return _items((year for year in found if departments(int(year), params)), typed)


def department_codes(ctx: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Return the departments of the year that was typed."""
    from govnb.sheet.folder import departments

    year = ctx.params.get("year")
    return _items(departments(year, _params(ctx)) if year else (), typed)


def figure_names(ctx: click.Context, option: click.Parameter, typed: str) -> list[CompletionItem]:
    """Return the figures of the file that was typed; with `=`, those one may give a value."""
    from govnb.report.assessment import Assessment
    from govnb.sheet.read import load

    # Before a value that is still missing, click hasn't told the arguments apart.
    file = ctx.params.get("file") or next(iter(ctx.args), "")
    try:
        figures = Assessment(load(Path(file), ctx.params.get("params_dir"))).figures
    except (FaultsError, OSError):
        return []
    if isinstance(option, click.Option):
        return _items((f"{name}=" for name, f in figures.items() if not f.derived), typed)
    return _items(figures, typed)


def _params(ctx: click.Context) -> Path:
    return Path(ctx.params.get("params_dir") or "params")


def _items(words: Iterable[str], typed: str) -> list[CompletionItem]:
    found = [word for word in words if word.startswith(typed)]
    if os.environ.get("_GOVNB_COMPLETE", "").startswith("bash"):
        # zsh and fish quote what they insert, bash does not.
        found = [re.sub(r"""([\s"'\\()&;<>|$`*?\[\]{}#!~])""", r"\\\1", word) for word in found]
    return [CompletionItem(word) for word in found]


YEAR = click.argument("year", type=int, metavar="年度", shell_complete=years)
DEPARTMENT = click.argument("department", metavar="部门", shell_complete=department_codes)
XLSX = click.option(
    "--xlsx", "workbook", type=click.Path(path_type=Path), default=None, metavar="工作簿",
    help="写成一份在 Excel、WPS 里填的表，如 某局.xlsx",
)  # fmt: skip
PARAMS = click.option(
    "--params", "params_dir", type=click.Path(path_type=Path), default=None, metavar="文件夹",
    help="参数文件夹，默认 params",
)  # fmt: skip
OUTPUTS = click.option(
    "--outputs", "outputs_dir", type=click.Path(path_type=Path), default=Path("outputs"),
    metavar="文件夹", help="输出文件夹，默认 outputs",
)  # fmt: skip
TO = click.option(
    "--to", "formats", default="html,pdf", metavar="格式",
    help="html、pdf、docx，逗号分开；默认 html,pdf",
)  # fmt: skip
EDITION = click.option(
    "--edition",
    type=click.Choice(["review", "publish"]),
    default="review",
    help="review 复核版；publish 公开版，另存为“部门-公开版”，没有复核人的话",
)
WITH_FIGURES = click.option(
    "--with-figures", is_flag=True, help="PDF 和 Word 里也列出全部指标（附件“指标一览”）"
)
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取")
FILE = click.argument("file", type=click.Path(path_type=Path), metavar="文件")
RUBRIC = click.option(
    "--rubric", default=None, metavar="名称", help="换一套指标体系：名称或文件路径"
)
OVERRIDE = click.option(
    "--set", "overrides", multiple=True, metavar="名称=值", shell_complete=figure_names,
    help="试算：改一个输入再算，可多次使用",
)  # fmt: skip
FAIL_ON = click.option(
    "--fail-on", default=None, metavar="错误|尾差|提示",
    help="有这一级（或更重）的未处理意见时，退出码为 1",
)  # fmt: skip


def formats_of(text: str) -> tuple[str, ...]:
    """Return the formats in `html,pdf`; usage is wrong if one is unknown."""
    from govnb.batch.job import checked_formats

    try:
        return checked_formats(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--to") from None


def severities_of(text: str | None) -> tuple[str, ...]:
    """Return a severity and the graver ones; usage is wrong if it is none."""
    from govnb.review.finding import SEVERITIES

    if text is not None and text not in SEVERITIES:
        message = f"没有“{text}”，可用：{'、'.join(SEVERITIES)}"
        raise click.BadParameter(message, param_hint="--fail-on")
    return SEVERITIES[: SEVERITIES.index(text) + 1] if text else ()


def overrides_of(items: tuple[str, ...]) -> dict[str, str]:
    """Return `名称=值` pairs; usage is wrong if one has no `=`."""
    return pairs_of(items, "--set", "名称=值")


def pairs_of(items: tuple[str, ...], option: str, shape: str) -> dict[str, str]:
    """Return an option's pairs; usage is wrong if one has no `=`."""
    pairs: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals:
            raise click.BadParameter(f"“{item}”应写成 {shape}", param_hint=option)
        pairs[name.strip()] = value.strip()
    return pairs
