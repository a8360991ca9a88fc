"""A year's folder: which of its files are departments', and why the others are not read.

Offices copy, rename and synchronise files. A copy that became a second department would be
counted twice, and a file under a name nothing looks for would be missing without a word. So
each file is either a department's or named with the reason and what to do.
"""

import os
import re
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from govnb.text.faults import Fault, Place
from govnb.text.number import is_unknown
from govnb.text.yaml_text import Mapping, Scalar, parse_yaml, scalar

SUFFIX, YEAR_FILE = ".yml", "_year.yml"
# Ledgers that may stand beside a department's file, `bumen.月度.csv`, and fill its sections.
_TABLES = (".csv", ".xlsx")
IN_YEAR = ("月度", "预算调整", "三公台账", "结转结余对账", "绩效监控")
FORMS = "项目自评"
REGISTERS = (*IN_YEAR, FORMS)
_REGISTER = re.compile(rf"(?P<stem>.+)\.(?P<kind>{'|'.join(REGISTERS)})\.(?:csv|xlsx)")
# Files the program makes beside the departments' own.
OWN_NAMES = frozenset({"district", "index", "summary"})
# What is about all departments of a year stands in a folder of its own, beside their files.
ALL = "_all"
SUMMARY = f"{ALL}/summary.json"
# What marks a 试算 and an edition for publication beside a department's report.
TRIAL, PUBLIC = "-试算", "-公开版"
# What Windows takes for a device, whatever follows behind a dot.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_PARAMETERS = re.compile(r"[.。．]ya?ml", re.IGNORECASE)
_LEAVING = re.compile(
    r"~$|\.(?:bak|backup|old|orig|tmp|temp|swp|swo|swx|rej|save|part|crdownload|lock)\d*$"
    r"|^~|^#|^\.~|^\.#",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"(?<=.)(?:\s*[（(]\d{1,3}[)）]|\s*[-_－—]?\s*的?副本[\s\d()（）]*"
    r"|[\s_-]copy[\s\d()（）]*|[\s_.-](?:备份|backup|bak|old)[\s\d_-]*)$"
    r"|^(?:副本|复制|复件)[\s_-]|^copy\b.*\bof\s|^新建\s*(?:文本文档|文档|文件)"
    r"|.?conflict|[\s_（(-]冲突|冲突(?:副本|文件|版本)",
    re.IGNORECASE,
)
_COPIED = "像是复制或同步时多出来的一份"
# Control and format characters, line ends, and bytes that are no UTF-8.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_YEAR = re.compile(r"[0-9]{4}")


class Unread(NamedTuple):
    """A file of a year's folder that is no department's: why, and what to do."""

    file: str
    reason: str
    hint: str

    def fault(self) -> Fault:
        """Return it as `govnb check` tells it."""
        return Fault(Place(self.file), f"批量生成不读这个文件：{self.reason}", self.hint)

    def __str__(self) -> str:
        return f"{self.file}：{self.reason}（{self.hint}）"


def departments(year: int | str, params_dir: Path) -> list[str]:
    """Return the identifiers of the departments that have a file that year, sorted."""
    names = _names(params_dir / str(year))
    return sorted(n.removesuffix(SUFFIX) for n in names if _why_unread(n, names) is None)


def unread_files(year: int | str, params_dir: Path) -> list[Unread]:
    """Return the files of a year's folder that are no department's, nor the system's, sorted."""
    folder, label = params_dir / str(year), f"{params_dir.name}/{year}"
    names = _names(folder)
    found: list[Unread] = []
    for name in names:
        told = _why_unread(name, names)
        if told is None or name == YEAR_FILE or _is_unseen(name):
            continue
        if (register := _REGISTER.fullmatch(name)) and f"{register['stem']}{SUFFIX}" in names:
            continue
        if (folder / name).is_dir():
            inside = (path.relative_to(folder).as_posix() for path in year_files(folder / name))
            found += [_in_subfolder(f"{label}/{plain(file)}", label) for file in inside]
        else:
            found.append(Unread(f"{label}/{plain(name)}", *told))
    return sorted(found)


def registers_of(path: Path) -> list[Path]:
    """Return the ledgers that stand beside a department's file."""
    beside = (path.with_name(f"{path.stem}.{kind}{end}") for kind in REGISTERS for end in _TABLES)
    return [file for file in beside if file.is_file()]


def is_year(folder: Path) -> bool:
    """Tell whether a folder is named for a year."""
    return folder.is_dir() and _YEAR.fullmatch(folder.name) is not None


def year_files(folder: Path) -> list[Path]:
    """Return the files of a year's folder that somebody put there, those not read included."""
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(here, name) for name in names if not _is_unseen(name)]
    return sorted(found)


def is_readable(path: Path) -> bool:
    """Tell whether a file that stands in the wrong place may hold parameters all the same."""
    return _PARAMETERS.search(path.name) is not None and not path.name.startswith("~$")


def name_fault(code: str) -> tuple[str, str] | None:
    """Return why a department can't bear an identifier and what to type, None if it can."""
    bare = code.strip().strip("._ ") or "bumen"
    other = f"换一个，如 {bare.removesuffix(TRIAL).removesuffix(PUBLIC).split('.')[0]}-ju"
    if code.casefold() in OWN_NAMES or code.endswith((TRIAL, PUBLIC)):
        return f"“{code}”这个名称留给总览页、汇总、公开版和试算", other
    if code[:1] in ("_", "."):
        return f"“{code}”以“{code[0]}”开头，这样的名称留给程序和系统", f"写 {bare}"
    if code.split(".")[0].strip().casefold() in _DEVICES:
        return f"“{code}”是 Windows 系统保留的名称，那里建不了、也打不开这样的文件", other
    if code != code.strip() or code.endswith("."):
        return f"“{code}”的首尾有空格或句点，Windows 会把它们去掉", f"写 {bare}"
    if _COPY.search(code):
        return f"“{code}”{_COPIED}", "用预算编码或拼音，如 junshan-zwfw"
    return None


def made_name_fault(code: str) -> tuple[str, str] | None:
    """Return why no new file may bear an identifier and what to type, None if one may."""
    # Not on every system, or not to be told apart.
    impossible = set(code) & set('/\\:*?"<>|') or {*map(unicodedata.category, code)} & _UNSEEN
    if impossible or not code.strip("._ "):
        return f"“{plain(code)}”不能作部门代码", "用预算编码或拼音，如 junshan-zwfw"
    if told := name_fault(code):
        return f"不能作部门代码：{told[0]}", told[1]
    told = _why_unread(f"{code}{SUFFIX}", set())
    if told and (bare := _PARAMETERS.split(code, maxsplit=1)[0]) != code:
        return f"不能作部门代码：“{code}”带着扩展名", f"写 {bare}"
    if told:
        return f"不能作部门代码：“{code}”这样的文件{told[0]}，批量生成不读", "去掉开头和末尾的符号"
    return None


def place_faults(path: Path, params_dir: Path) -> list[Fault]:
    """Return what is wrong with where a department's file, no draft, stands and is called."""
    inside = Path(os.path.relpath(os.path.realpath(path.parent), os.path.realpath(params_dir)))
    year, *deeper = inside.parts or ("",)
    if not _YEAR.fullmatch(year):
        return []
    label = f"{params_dir.name}/{year}"
    if deeper:
        return [_in_subfolder(f"{label}/{'/'.join(deeper)}/{path.name}", label).fault()]
    names = _names(params_dir / year)
    if path.name not in names or _is_unseen(path.name) or path.name == YEAR_FILE:
        return []
    if unread := _why_unread(path.name, names):
        return [Unread(f"{label}/{path.name}", *unread).fault()]
    code = path.name.removesuffix(SUFFIX)
    told = name_fault(code)
    own = [Fault(Place(f"{label}/{path.name}"), told[0], f"改文件名：{told[1]}")] if told else []
    return own + doubles(params_dir, year, departments(year, params_dir)).get(code, [])


def doubles(params_dir: Path, year: int | str, names: Sequence[str]) -> dict[str, list[Fault]]:
    """Return, for each file that shares its department with another, the faults that say so.

    Two files are one department's if they state one 部门.名称 or one 预算编码 in one 地区, or
    if their names differ in case only, since their reports would have one name on Windows.
    """
    folder, label = params_dir / str(year), f"{params_dir.name}/{year}"
    of_year = _identity(folder / YEAR_FILE, label).get("地区", "")
    # What makes two one → the files it is said in, and where.
    same: dict[tuple[str, ...], dict[str, Scalar]] = defaultdict(dict)
    for name in names:
        file = f"{label}/{plain(name)}{SUFFIX}"
        same["文件名", folded(name)][name] = scalar(name, Place(file))
        stated = _identity(folder / f"{name}{SUFFIX}", file)
        region = folded(stated.get("地区", of_year))
        for key in ("名称", "预算编码"):
            if key in stated and stated[key].strip() and not is_unknown(stated[key]):
                same[key, region, folded(stated[key])][name] = stated[key]
    faults: dict[str, list[Fault]] = defaultdict(list)
    for (key, *_), bearers in same.items():
        for name, text in bearers.items() if len(bearers) > 1 else ():
            others = "、".join(str(at.place) for other, at in bearers.items() if other != name)
            what = "文件名只有大小写不同" if key == "文件名" else f"{key}“{text}”相同"
            message = f"与 {others} 的{what}，是重复的文件，都不生成"
            hint = f"同一个部门只留一个文件；不是同一个部门，改其中一个的{key}"
            faults[name].append(Fault(text.place, message, hint))
    return dict(faults)


# The lines of one section.
_IDENTITY = re.compile(r"""(?m)^["']?(?:部门|地区)["']?[ ]*:.*(?:\n(?:[ \t#].*|\r?)$)*""")


def _identity(path: Path, label: str) -> dict[str, Scalar]:
    """Return what a file states under 部门, and its 地区; {} if unreadable.

    A year has hundreds of files, so no more is parsed than it takes.
    """
    found: dict[str, Scalar] = {}
    with suppress(OSError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = path.read_text("utf-8-sig") if path.is_file() else ""
        for stated in _IDENTITY.finditer(text):
            above = "\n" * text.count("\n", 0, stated.start())
            tree = parse_yaml(above + stated[0], label, note=True)
            inside = [*(part for part in tree.values() if isinstance(part, Mapping)), tree][0]
            found |= {key: value for key, value in inside.items() if isinstance(value, Scalar)}
    return found


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _is_unseen(name: str) -> bool:
    """Tell whether a file is the system's own, which nobody put there."""
    hidden = name.startswith(".") and not _PARAMETERS.search(name)
    return hidden or name.startswith("._") or name.casefold() in _LEFT_BY_SYSTEMS


def _why_unread(name: str, names: set[str]) -> tuple[str, str] | None:
    """Return why a file is not read and what to do; None for a department's."""
    stem, *ending = _PARAMETERS.split(name, maxsplit=1)
    stem = stem.rstrip("。．. ")
    bare = YEAR_FILE if f"{stem}{SUFFIX}" == YEAR_FILE else f"{stem.lstrip('._ ')}{SUFFIX}"
    rename = f"已经有 {bare}，核对以后只留一个" if bare in names else f"改名为 {bare}"
    if name.startswith(("~$", ".~")):
        return "是办公软件打开文件时留下的", "关闭打开它的软件；关了还在，就删去"
    if _LEAVING.search(name):
        more = f"；要用它，{rename}" if ending else ""
        return "是编辑器或同步软件留下的", f"不用了就删去{more}"
    if name.startswith("_year"):
        more = f"已经有 {YEAR_FILE}，删去这一个" if YEAR_FILE in names else f"改名为 {YEAR_FILE}"
        return f"年度文件只认 {YEAR_FILE} 这个名称", more
    if name[0] in "_." and ending:
        return f"以“{name[0]}”开头的名称留给程序和系统", rename
    if copy := _COPY.search(stem if ending else Path(name).stem):
        whole = f"{stem[: copy.start()].strip() or stem[copy.end() :].strip()}{SUFFIX}"
        kept = f"与 {whole} 核对，只留一个；" if whole in names else ""
        return _COPIED, f"{kept}是要用的，去掉名称里多出来的部分；不是，就删去"
    if register := _REGISTER.fullmatch(name):
        reason = f"是“{register['kind']}”台账，但没有部门文件 {register['stem']}{SUFFIX}"
        return reason, "改成部门的文件名，如 bumen.月度.csv"
    if not ending and re.search(r"\.(?:csv|xlsx)$", name, re.IGNORECASE):
        hint = f"台账叫 部门.月度.csv（{'、'.join(REGISTERS)}）；不是台账，放到外面"
        return f"不是参数文件（{SUFFIX}），也不是台账", hint
    if not ending:
        return f"不是参数文件（{SUFFIX}）", "放到这个文件夹外面"
    if name.endswith(SUFFIX):
        return ("扩展名写了两次", rename) if _PARAMETERS.search(name.removesuffix(SUFFIX)) else None
    if match := re.search(r"\.ya?ml(.*)$", name, re.IGNORECASE):
        typed, more = name[match.start() : match.start(1)], match[1]
        wrong = f"扩展名是 {typed}，只读小写的 {SUFFIX}"
        return f"扩展名后面多了“{more}”" if more else wrong, rename
    return "扩展名前的点是全角", rename


def _in_subfolder(file: str, label: str) -> Unread:
    return Unread(file, "在子文件夹里", f"部门的参数文件直接放在 {label} 里；别的放到外面")


def folded(text: str) -> str:
    """Return a text as names are compared: width, case and blanks aside."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def plain(name: str) -> str:
    """Return a file's name as it can be printed, whatever its coding."""
    return name.encode("utf-8", "replace").decode()
