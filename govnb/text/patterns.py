"""The regular expressions of the rules: told in Chinese what is wrong, and stopped in time."""

import re
from collections.abc import Iterator
from functools import cache

import regex

from govnb.text.faults import Fault, FaultsError
from govnb.text.values import BadText
from govnb.text.yaml_text import Scalar

# Seconds a pattern may take for one text: a sound one takes a thousandth of it.
_PATIENCE = 1.0
_TOO_SLOW = "不要在重复里再套重复，如 (一+)+ 写成 一+，(甲|甲乙)* 写成不重叠的几种"
_REGEX_FAULTS = {
    "missing )": "左括号没有配对的右括号",
    "unbalanced parenthesis": "右括号没有配对的左括号",
    "unterminated character set": "左方括号没有配对的右方括号",
    "bad escape": "反斜杠后面的字符没有这种用法",
    "nothing to repeat": "*、+、? 前面没有可以重复的字",
    "multiple repeat": "*、+、? 连着写了两个",
    "bad character range": "方括号里的范围前后颠倒",
    "bad set": "方括号里的范围前后颠倒或没有写完",
    "min repeat": "{ } 里的次数前大后小",
    "missing <": "(?P 后面缺少 <名称>",
    "unknown extension": "(? 后面的写法没有这种用法",
    "unknown group": "引用了没有的分组",
    "invalid group reference": "引用了没有的分组",
    "bad character in group name": "分组的名称写法不对",
}
_NO_TEXT = "至少要有一个必须出现的字"


# The library looks a pattern up anew for each text.
_compiled = cache(regex.compile)


def check_pattern(text: str) -> None:
    """Raise :class:`BadText` for a pattern that can't be read, or finds nothing everywhere."""
    try:
        finds_nothing = _compiled(str(text)).search("", timeout=_PATIENCE) is not None
    except regex.error as error:
        hint = "这里是正则表达式，括号和反斜杠要配对"
        raise BadText(f"查找的写法不对：{_explained(str(error))}", hint) from None
    except TimeoutError:
        raise BadText("查找的写法太费时", _TOO_SLOW) from None
    if finds_nothing:
        raise BadText("查找的写法连空的文字也算找到", _NO_TEXT)


def matches(pattern: Scalar, text: str) -> Iterator[regex.Match[str]]:
    """Yield what a pattern finds; raise if it takes too long, or finds a place and no text."""
    try:
        for match in _compiled(str(pattern)).finditer(text, timeout=_PATIENCE):
            if not match[0].strip():
                raise FaultsError([Fault(pattern.place, "查找的写法找到的是空的文字", _NO_TEXT)])
            yield match
    except TimeoutError:
        message = f"查找的写法太费时，一段{len(text)}字的文字查了{_PATIENCE:g}秒还没有查完"
        raise FaultsError([Fault(pattern.place, message, _TOO_SLOW)]) from None


def _explained(message: str) -> str:
    """Return in Chinese what the library says of a pattern."""
    position = re.search(r"at position (\d+)", message)
    where = f"第{int(position[1]) + 1}个字符处，" if position else ""
    found = (told for words, told in _REGEX_FAULTS.items() if words in message)
    return where + next(found, "这里读不懂")
