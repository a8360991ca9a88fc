"""What is wrong with a YAML text, in the words of who typed it.

A parser says “mapping values are not allowed here”; the accountant forgot the blank behind
a colon one line above. Here the one is turned into the other, with the place to look at.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

import yaml

from govnb.text.characters import INVISIBLE, WIDE_BLANKS
from govnb.text.faults import Fault, Place

# Longer than any name with its number.
_LONGEST_LINE = 200


def lines_of(text: str) -> list[str]:
    """Return the lines as editors count them; `splitlines` breaks at more characters."""
    return re.split("\r\n|[\n\r]", text)


def invisible(text: str, label: str) -> Iterator[Fault]:
    """Yield one fault a line for tabs and for characters that YAML doesn't allow."""
    for n, line in enumerate(lines_of(text), 1) if re.search(INVISIBLE, text) else ():
        match = re.search(INVISIBLE, line)
        if match and match[0] == "\t":
            place = Place(label, n, match.start() + 1)
            yield Fault(place, "有制表符（Tab）", "缩进和间隔都改用空格")
        elif match:
            code = f"U+{ord(match[0]):04X}"
            hint = "删去它；若全文都有，文件可能不是文本，或不是 UTF-8 编码"
            yield Fault(Place(label, n, match.start() + 1), f"有不可见的控制字符 {code}", hint)


_CROOKED, _ALIGN = "缩进不齐", "同一层的各行左边对齐，只用空格"
_NO_DASH = "没有公布写 未公布，确实为零写 0；列表另起一行，每行写“- 内容”"
_PAIR, _BRACKET = "冒号用半角，后面留一个空格", "补上括号；逗号用半角"
# What a parser's words mean for who types: message, hint, and whether the fault is where the
# construct begins (a quote never closed) rather than where the parser gave up.
_SYNTAX: tuple[tuple[str, str, str, bool], ...] = (
    ("could not find expected ':'", "这一行缺少冒号", f"写成“名称: 值”，{_PAIR}", True),
    ("expected <block end>|find expected (key|'-'|<doc)", _CROOKED, _ALIGN, False),
    ("unexpected end of stream", "文件到此中断，引号或括号没有配对", "补上结尾的引号或括号", True),
    ("expected ',' or", "方括号或花括号没有配对，或缺少逗号", _BRACKET, True),
    ("expected (the )?node content", "方括号或花括号没有配对", _BRACKET, True),
    ("scanning an alias", "“*”在 YAML 里有特殊含义", "文字请加引号", True),
    ("scanning an anchor", "“&”在 YAML 里有特殊含义", "文字请加引号", True),
    ("scanning a tag", "“!”在 YAML 里有特殊含义", "删去“!”开头的标签；文字请加引号", True),
    ("block sequence entries are not allowed", "“-”不能写在冒号后面", _NO_DASH, False),
    ("escape character|hexdec", "双引号里的“\\”有特殊含义", "改用单引号，或写成“\\\\”", False),
    ("directive|incompatible", "行首的“%”在 YAML 里有特殊含义", "文字请加引号", False),
    ("scanning a block scalar", "“|”“>”后面只能换行", "文字从下一行写起，行首缩进两格", True),
    ("cannot start any token", "这个符号不能放在开头", "整段文字加引号", False),
)
_OPENS_WITH_BRACES = re.compile(r"^[\s-]*([^\s:]+:\s+)?\{\{")
# What ends a name for YAML; a full-width blank looks as if it did.
_COLON = re.compile(r":([ \t]|$)")
# A value behind its name, the colon left out: `预算 12.15`.
_VALUE_BEHIND = re.compile(
    r"(\S*?[^\W\d_]|\S+(?=\s))\s*([-−]?\d[\d.,]*\D{0,3}|=.*|未公布)", re.DOTALL
)


def syntax_fault(error: yaml.MarkedYAMLError, text: str, label: str) -> Fault:
    """Return the fault behind a parser's error."""
    words = " ".join(filter(None, (error.context, error.problem)))
    unknown = ("不是有效的 YAML", "检查这一行及上一行的缩进、引号和冒号", False)
    found = ((told, do, first) for said, told, do, first in _SYNTAX if re.search(said, words))
    message, hint, at_start = next(found, unknown)
    mark = (at_start and error.context_mark) or error.problem_mark or error.context_mark
    if mark is None:
        return Fault(Place(label), message, hint)
    lines = lines_of(text)
    here = lines[mark.line] if mark.line < len(lines) else ""
    place = Place(label, mark.line + 1, mark.column + 1)
    if _OPENS_WITH_BRACES.match(here):
        start = Place(label, place.line, here.index("{{") + 1)
        return Fault(start, "以“{{”开头的文字要加引号", '写成 "{{ 名称 }}…"，引号用半角')
    if "could not find expected ':'" in words and lacks_colon(here.strip()):
        column = len(here) - len(here.lstrip()) + 1
        return Fault(Place(label, place.line, column), *colon_missing(here.strip()))
    if message == _CROOKED and here[: mark.column].strip(" -"):
        if opened := _opened_above(text, mark.line):
            told = f"引号到第{place.line}行才配上，多半是这里忘了结尾的引号"
            return Fault(Place(label, opened.line + 1, opened.column + 1), told, "补上结尾的引号")
        message, hint = "引号或括号后面又写了字", "整段文字放进一对引号，里面的用中文引号"
    if "mapping values are not allowed" in words:
        return _stray_colon(place, lines)
    if "：" in here and not _COLON.search(here):
        message += "；这一行像是用了全角冒号“：”"
    return Fault(place, message, hint)


def _opened_above(text: str, line: int) -> yaml.Mark | None:
    """Return where a quoted text begins that ends on a line and began on one above."""
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if token.start_mark.line > line:
                break
            quoted = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
            if quoted and token.start_mark.line < line == token.end_mark.line:
                mark: yaml.Mark = token.start_mark
                return mark
    return None


def _stray_colon(place: Place, lines: list[str]) -> Fault:
    """Return the fault of a colon where none may be: often the line above lacks its own."""
    above = next((n for n in range(place.line - 1, 0, -1) if lines[n - 1].strip()), 0)
    line = lines[above - 1] if above else ""
    if line and not _COLON.search(line.partition(" #")[0]) and not line.lstrip().startswith("#"):
        column = len(line) - len(line.lstrip()) + 1
        return Fault(Place(place.file, above, column), *colon_missing(line))
    hint = "含冒号的文字加引号；若是新的一行，与上一行左边对齐"
    return Fault(place, "这里多了一个冒号", hint)


def lacks_colon(line: str) -> bool:
    """Tell whether a line reads as a name and its value, but for the colon between them."""
    if len(line) > _LONGEST_LINE:
        return False
    return bool(re.search("[:：]", line) or _VALUE_BEHIND.fullmatch(line))


def colon_missing(line: str) -> tuple[str, str]:
    """Return message and hint for a line that should be `名称: 值` and isn't."""
    name, colon, value = (part.strip() for part in re.split("([:：])", f"{line}:", maxsplit=1))
    message = {"：": "冒号用了全角“：”", ":": "冒号后面没有空格"}[colon]
    if colon == ":" and re.search(f":[{WIDE_BLANKS}]", line):
        message = "冒号后面是全角空格或不间断空格"
    if colon == ":" and ":" not in line:
        message = "这一行缺少冒号"
        behind = _VALUE_BEHIND.fullmatch(name) if lacks_colon(name) else None
        name, value = (behind[1].strip(), behind[2]) if behind else (name, "")
    return message, f"写成“{name}: {value.rstrip(':').strip() or '值'}”，{_PAIR}"
