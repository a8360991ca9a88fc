"""The commands. Each one names what to do; the wings below do it."""

from __future__ import annotations

import atexit
import gc
import json
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govnb.files import why
from govnb.options import (
    DEPARTMENT,
    EDITION,
    FAIL_ON,
    FILE,
    JSON,
    OUTPUTS,
    OVERRIDE,
    PARAMS,
    RUBRIC,
    TO,
    WITH_FIGURES,
    XLSX,
    YEAR,
    figure_names,
    formats_of,
    overrides_of,
    pairs_of,
    severities_of,
    years,
)
from govnb.text.characters import ReadOrdinary
from govnb.text.faults import Fault, FaultsError, Place, did_you_mean
from govnb.usage import Group, mistake

if TYPE_CHECKING:
    from govnb.batch.job import Job
    from govnb.batch.outcome import Outcome
    from govnb.report.assessment import Assessment


@click.group(
    cls=Group,
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="govnb", message="govnb %(version)s", help="显示版本")
def cli() -> None:
    """部门整体支出绩效评价工作簿：一个参数文件，算出整份报告。"""


def main() -> None:
    """Run the command line; bad input ends with its faults and exit code 1, never a traceback."""
    code: object = 1
    warnings.formatwarning = _one_line
    # Most of a short command's objects live to its end; looking for circles takes a tenth of it,
    # and the end itself needs no look at all.
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)
    # No plugin is asked for; looking for some reads the metadata of every package there is.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        code = cli.main(prog_name="govnb", standalone_mode=False)
    except FaultsError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
    except click.UsageError as error:
        click.echo(mistake(error), err=True)
        code = error.exit_code
    except click.Abort:
        click.echo("已中断", err=True)
    except OSError as error:
        click.echo(f"{error.filename or '文件'}：读写出错，{why(error)}", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(message: Warning | str, *_: object, **__: object) -> str:
    """Return a warning as what it says; where in the code it was raised helps nobody."""
    return f"{message}\n"


@cli.command(options_metavar="[选项]")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件…")
@PARAMS
@JSON
def check(files: tuple[Path, ...], params_dir: Path | None, as_json: bool) -> None:
    """检查参数文件，一次列出全部错误。"""
    from govnb.report.checking import check_file, files_of, imports_since

    faults: list[Fault] = []
    named = [file for given in files for file in files_of(given)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReadOrdinary)
        for file in named:
            try:
                check_file(file, params_dir)
            except FaultsError as error:
                faults.extend(error.faults)
    for note in dict.fromkeys(str(w.message) for w in caught if w.category is ReadOrdinary):
        click.echo(note, err=True)
    if as_json:
        _print_json({"faults": [fault.as_dict() for fault in faults]})
    else:
        for fault in faults:
            click.echo(str(fault))
        for note in (note for file in named for note in imports_since(file, params_dir)):
            click.echo(f"提示：{note}")
        click.echo(f"{len(named)} 个文件，{len(faults)} 处错误")
    sys.exit(1 if faults else 0)


@cli.command(options_metavar="[选项]")
@FILE
@click.argument("names", nargs=-1, metavar="[指标…]", shell_complete=figure_names)
@PARAMS
@OVERRIDE
@JSON
def figures(
    file: Path,
    names: tuple[str, ...],
    params_dir: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """列出算出的全部指标，或所点名的几个。"""
    from govnb.sheet.figure import shown, with_reason

    assessment = _assessment(file, params_dir, overrides)
    known = assessment.figures
    chosen = [_known_name(name, known) for name in names] or list(known)
    if as_json:
        _print_json({name: known[name].as_dict() for name in chosen})
        return
    for name in chosen:
        figure = known[name]
        click.echo(f"{name}　{with_reason(figure, shown(figure))}　{figure.origin}")
    _print_trial(assessment)


@cli.command(options_metavar="[选项]")
@FILE
@click.argument("name", metavar="指标", shell_complete=figure_names)
@PARAMS
@OVERRIDE
def explain(file: Path, name: str, params_dir: Path | None, overrides: tuple[str, ...]) -> None:
    """说明一个指标从哪里来：公式、所用的数、文件和行。"""
    from govnb.report.provenance import exact_text
    from govnb.sheet.figure import with_reason

    known = _assessment(file, params_dir, overrides).figures
    for depth, figure in known.explain(_known_name(name, known)):
        formula = f" ＝ {figure.formula}" if figure.formula else ""
        value = with_reason(figure, exact_text(figure))
        click.echo(f"{'  ' * depth}{figure.name}{formula}")
        click.echo(f"{'  ' * depth}  ＝ {value}　[{figure.origin}]")


@cli.command(options_metavar="[选项]")
@FILE
@PARAMS
@RUBRIC
@OVERRIDE
@FAIL_ON
@JSON
def review(
    file: Path, params_dir: Path | None, rubric: str | None, overrides: tuple[str, ...],
    fail_on: str | None, as_json: bool,
) -> None:  # fmt: skip
    """复核一个部门：哪里不对，双方的数、出处、怎样处理。"""
    from govnb.report.findings import Findings

    grave = severities_of(fail_on)
    assessment = _assessment(file, params_dir, overrides, rubric)
    found = assessment.review
    if as_json:
        _print_json(found.as_dict())
    else:
        told = Findings(found, assessment.figures, str(file))
        click.echo(told.text())
        if not overrides and (block := told.to_explain()):
            click.echo(
                f"\n查过确无错误的，在参数文件里说明（已有“已说明”的，接在它下面）：\n\n{block}"
            )
        _print_trial(assessment, rubric)
    sys.exit(1 if found.open_of(*grave) else 0)


@cli.command(options_metavar="[选项]")
@FILE
@PARAMS
@RUBRIC
@OVERRIDE
@JSON
def score(
    file: Path, params_dir: Path | None, rubric: str | None, overrides: tuple[str, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """给一个部门评分：每项的分，或现有佐证下的区间。"""
    from govnb.report.scores import score_text

    assessment = _assessment(file, params_dir, overrides, rubric)
    found = assessment.score
    if found is None:
        message = "年度文件没有指定指标体系"
        hint = "在 _year.yml 写“指标体系”，或用 --rubric 指定"
        raise FaultsError([Fault(Place(str(file)), message, hint)])
    if as_json:
        _print_json(found.as_dict())
    else:
        click.echo(score_text(found))
        _print_trial(assessment, rubric)


@cli.command(options_metavar="[选项]")
@YEAR
@DEPARTMENT
@click.option(
    "--project", default=None, metavar="项目", help="只生成这个项目的自评报告，用项目的指标体系"
)
@TO
@EDITION
@WITH_FIGURES
@click.option(
    "--engine",
    type=click.Choice(["govnb", "kernel"]),
    default=None,
    help="执行引擎，默认 govnb；kernel 用普通内核",
)
@PARAMS
@OUTPUTS
@RUBRIC
@OVERRIDE
def run(
    year: int, department: str, project: str | None, formats: str, edition: str,
    with_figures: bool, engine: str | None, params_dir: Path | None, outputs_dir: Path,
    rubric: str | None, overrides: tuple[str, ...],
) -> None:  # fmt: skip
    """生成一个部门的报告，或它的一个项目的自评报告。"""
    from govnb.batch.batch import run_listed, run_page
    from govnb.batch.job import PROJECT, Job
    from govnb.batch.summary import verdict_of
    from govnb.sheet.folder import place_faults
    from govnb.sheet.read import department_path

    params = params_dir or Path("params")
    # What the batch would refuse is not made one by one either.
    if faults := place_faults(department_path(year, department, params), params):
        raise FaultsError(faults)
    wanted, changed = formats_of(formats), overrides_of(overrides)
    changed |= {"项目指标体系" if project is not None else "指标体系": rubric} if rubric else {}
    job = Job(year, department, params, outputs_dir, wanted, edition, changed, engine)
    job = replace(job, with_figures=with_figures)
    if project is not None:
        sys.exit(_tell(*run_page(PROJECT, job, {"project": project})))
    before = None if changed else _result(job.output("json"))
    outcome = run_listed(job)
    if _tell(job, outcome):
        sys.exit(1)
    click.echo(verdict_of(outcome))
    after = _result(job.output("json"))
    if changed:
        before = _assessment(department_path(year, department, params), params).result_data
    if before and after:
        _print_changes("试算前 → 试算后" if changed else "与上次相比", before, after)


@cli.command(options_metavar="[选项]")
@YEAR
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=None,
    metavar="个数",
    help="同时运行几个，默认等于处理器数",
)
@click.option(
    "--scheduler",
    default=None,
    metavar="地址",
    help="在 Dask 集群上运行：tcp://…，或 local 在本机启动",
)
@click.option("--force", is_flag=True, help="没有改动也重新生成")
@click.option("--dry-run", is_flag=True, help="只列出要运行哪些、为什么，不运行")
@TO
@EDITION
@WITH_FIGURES
@click.option(
    "--engine",
    type=click.Choice(["govnb", "kernel"]),
    default="govnb",
    help="执行引擎，默认 govnb；kernel 用普通内核",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=300,
    metavar="秒",
    help="一个部门最多运行多久，到时终止，默认 300",
)
@PARAMS
@click.option(
    "--outputs",
    "outputs_dir",
    default="outputs",
    metavar="文件夹",
    help="输出文件夹或 fsspec 网址，默认 outputs",
)
def batch(
    year: int, jobs: int | None, scheduler: str | None, force: bool, dry_run: bool, formats: str,
    edition: str, with_figures: bool, engine: str, timeout: float, params_dir: Path | None,
    outputs_dir: str,
) -> None:  # fmt: skip
    """生成一年全部部门的报告和总览页。"""
    from govnb.batch.batch import Options
    from govnb.batch.batch import batch as run_batch
    from govnb.batch.job import Job

    params = params_dir or Path("params")
    job = Job(year, "", params, outputs_dir, formats_of(formats), edition, engine=engine)
    job = replace(job, with_figures=with_figures)
    sys.exit(run_batch(job, Options(jobs, timeout, force, dry_run, scheduler)))


@cli.command(options_metavar="[选项]")
@click.argument("year", type=int, metavar="年度")
@click.argument("department", required=False, metavar="[部门]")
@click.option(
    "--month", type=click.IntRange(1, 12), default=None, metavar="月",
    help="截至几月，默认台账里最后一个月",
)  # fmt: skip
@TO
@PARAMS
@OUTPUTS
def monitor(
    year: int, department: str | None, month: int | None, formats: str, params_dir: Path | None,
    outputs_dir: Path,
) -> None:  # fmt: skip
    """年度执行监控：逐月执行、预警、预计；不写部门就生成全部部门和通报。"""
    from govnb.batch.job import Job
    from govnb.batch.monitoring import monitor as run_monitor

    params = params_dir or Path("params")
    job = Job(year, "", params, outputs_dir, formats_of(formats))
    failed = False
    for told in run_monitor(job, department, month):
        click.echo(told.text, err=told.failed)
        failed = failed or told.failed
    sys.exit(int(failed))


@cli.command(options_metavar="[选项]")
@click.argument("count", type=click.IntRange(1, 100_000), metavar="个数")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="文件夹", help="写到哪里"
)
@click.option("--seed", type=int, default=0, metavar="数", help="同一个数生成同样的文件，默认 0")
@PARAMS
def sample(count: int, out: Path, seed: int, params_dir: Path | None) -> None:
    """生成虚构的部门，供试用、测试和测速。"""
    from govnb.batch.sample.make import YEAR, make

    made = make(count, out, seed, params_dir)
    click.echo(f"{count} 个示例部门：{out / str(YEAR)}（其中 {len(made.errors)} 个有预设的错误）")
    click.echo(f"生成报告：govnb batch {YEAR} --params {out} --outputs 输出文件夹")


@cli.command(options_metavar="[选项]")
@PARAMS
def schema(params_dir: Path | None) -> None:
    """写出参数文件的 JSON Schema，供编辑器补全和检查。"""
    from govnb.report.schema import write_schemas

    for path in write_schemas((params_dir or Path("params")) / "schema"):
        click.echo(str(path))


@cli.command(options_metavar="[选项]")
@YEAR
@DEPARTMENT
@click.option(
    "--from", "from_year", type=int, default=None, metavar="年度", shell_complete=years,
    help="以该部门某一年的文件为底稿",
)  # fmt: skip
@XLSX
@PARAMS
def new(
    year: int, department: str, from_year: int | None, workbook: Path | None,
    params_dir: Path | None,
) -> None:  # fmt: skip
    """新建一个部门的参数文件，或一份在 Excel、WPS 里填的表。"""
    from govnb.report.new_file import create

    if workbook:
        from govnb.importing import new_form

        click.echo(new_form(year, department, params_dir or Path("params"), from_year, workbook))
        return
    for path in create(year, department, params_dir or Path("params"), from_year):
        then = "" if path.is_dir() else f"　填好后运行 govnb check {path}"
        click.echo(f"已建 {path}{then}")


@cli.command(options_metavar="[选项]")
@FILE
@XLSX
@PARAMS
def export(file: Path, workbook: Path | None, params_dir: Path | None) -> None:
    """把参数文件写成一份在 Excel、WPS 里填的表。"""
    from govnb.importing import export_form

    click.echo(export_form(file, workbook or Path(f"{file.stem}.xlsx"), params_dir))


@cli.command("import", options_metavar="[选项]")
@click.argument(
    "workbooks", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="工作簿…"
)
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="文件",
    help="部门的参数文件；导入整个文件夹时写年度文件夹，如 params/2018；填报表可以不写",
)  # fmt: skip
@click.option("--write", is_flag=True, help="写入参数文件；不写这一项只列出会改什么")
@click.option(
    "--replace",
    multiple=True,
    metavar="指标",
    help="手填的也以工作簿为准；可多次使用，可写 三公经费.*",
)
@click.option(
    "--unit", "units", multiple=True, metavar="表=单位", help="表上没有印单位的：公开07表=万元"
)
@click.option("--scope", default="", metavar="词", help="同一张表有几套（汇总、本级）时，选哪一套")
@click.option("--mark", is_flag=True, help="另存一份工作簿，有错的格标红并加批注")
@PARAMS
def import_(
    workbooks: tuple[Path, ...], into: Path | None, write: bool, replace: tuple[str, ...],
    units: tuple[str, ...], scope: str, mark: bool, params_dir: Path | None,
) -> None:  # fmt: skip
    """把报表或填好的表导入参数文件；默认只列出会改什么。"""
    from govnb.importing import import_files

    told = pairs_of(units, "--unit", "表=单位")
    sys.exit(import_files(workbooks, into, write, replace, told, scope, mark, params_dir))


@cli.command(
    options_metavar="[选项]",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JupyterLab 的选项…]")
def lab(options: tuple[str, ...]) -> None:
    """打开 JupyterLab：中文界面，从开始页选年度和部门。"""
    from jupyterlab.labapp import main as jupyter_lab

    own = Path(__file__).with_name("lab")
    settings = [
        f"--LabApp.app_settings_dir={own}",
        f"--LabApp.extra_labextensions_path={own / 'labextensions'}",
    ]
    start = Path("notebooks", "start.ipynb")
    first = [f"--LabApp.default_url=/lab/tree/{start.as_posix()}"] if start.is_file() else []
    jupyter_lab([*settings, *first, *options])


@cli.command(options_metavar="[选项]")
def lsp() -> None:
    """给编辑器用的语言服务：边写边检查、补全、查看出处。"""
    from govnb.lsp.server import main as serve

    serve()


def _assessment(
    file: Path,
    params_dir: Path | None,
    overrides: tuple[str, ...] = (),
    rubric: str | None = None,
) -> Assessment:
    from govnb.report.assessment import Assessment
    from govnb.sheet.read import load

    return Assessment(load(file, params_dir, note=True), overrides_of(overrides), rubric)


def _tell(job: Job, outcome: Outcome) -> int:
    """Tell where a run's outputs are, or why there are none; return the exit code."""
    if outcome.failure:
        click.echo(outcome.failure.text(), err=True)
        return 1
    for extension in outcome.outputs:
        click.echo(str(job.output(extension)))
    return 0


def _result(path: Path) -> dict[str, Any] | None:
    """Return a machine-readable result that a run wrote; None where there is none to be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if {"figures", "review"} <= found.keys() else None


def _print_changes(title: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    from govnb.batch.changes import changes

    lines = list(changes(before, after))
    click.echo("\n   ".join([f"{title}：", *lines]) if lines else f"{title}：没有变化")


def _print_trial(assessment: Assessment, rubric: str | None = None) -> None:
    """Print what the values of a 试算 change; nothing for a real one."""
    if assessment.overrides:
        real = type(assessment)(assessment.inputs, rubric=rubric)
        click.echo()
        _print_changes("试算前 → 试算后", real.result_data, assessment.result_data)


def _known_name(name: str, known: Any) -> str:
    if name in known:
        return name
    hint = did_you_mean(name, known) or "govnb figures 文件 可列出全部名称"
    raise FaultsError([Fault(Place(name), f"没有“{name}”这个指标", hint)])


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=1))
