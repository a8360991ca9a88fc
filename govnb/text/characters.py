"""Characters that are not what they look like, or can't be seen or printed at all.

`⼯` (U+2F00 to U+2FD5, the Kangxi radicals), `⻋` (the CJK radicals supplement) and U+F90A (a
compatibility ideograph), as text copied from a PDF has them, are read as 工, 车 and 金: nobody
sees the difference, but no name matches and fonts lack them. ㎡ and ① are what was meant.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterator

from govnb.text.faults import Place

# Each radical of the supplement with the ideograph it stands for, from
# EquivalentUnifiedIdeograph.txt of the Unicode Character Database 14.0, copyright Unicode,
# Inc., under the Unicode License v3 (https://www.unicode.org/license.txt). For the other
# ranges Unicode's normal forms say the same, and Python knows them.
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄"
    "⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗"
    "⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西"
    "⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页"
    "⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙"
    "⻱龜⻲亀"
)
# What is looked for below stands in one file of many and takes long to compile: as text, a
# pattern is compiled when it is first needed. With the line ends that YAML knows and no editor
# shows.
INVISIBLE = (
    "[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# Characters of text that take no room: pasted along from a web page, they are harmless in a
# sentence and spoil a number or a name.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Blanks that are none for a comparison; all but the full-width one print like an ordinary one.
ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# What no report prints as it was meant: private characters (bullets from Word), those that
# stand for one lost, marks that combine with the letter before, joined Latin letters.
_UNPRINTABLE = (
    "(?s)(?P<private>[\ue000-\uf8ff\U000f0000-\U0010ffff])|(?P<lost>[\ufffc\ufffd])"
    "|(?P<joined>[\ufb00-\ufb06])"
    "|(?P<marked>.?[\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f])"
)
_UNPRINTABLE_TOLD = {
    "private": (
        "字符 {} 是某个字体自造的，换一台电脑就印不出来",
        "换成普通的字；是从 Word 粘来的项目符号，删去它",
    ),
    "lost": ("这里有一个字已经丢失（{}）", "照原文重新打这个字"),
    "joined": ("“{1}”（{0}）是连在一起的字母", "写 {}"),
    "marked": ("有一个附在前一个字上的符号（{}）", "写 {}"),
}
WIDE_BLANKS = "\u3000\u00a0"
# Enough to know what is meant.
_MOST_TOLD = 10
_ORDINARY = dict(zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True))
_RANGES = "[\u2e80-\u2ef3\u2f00-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]"
# Letters, digits and marks that are all there is in nearly every file.
_COMMON = "[\n -~一-鿿！-～、-〟\u2010-\u2027①-◿·×÷㎡≤-≥]*"


class ReadOrdinary(UserWarning):
    """Said of a file some of whose characters were read as others."""


def is_common(text: str) -> bool:
    """Tell whether a text holds nothing that would want a closer look."""
    return re.fullmatch(_COMMON, text) is not None


def ordinary(character: str) -> str:
    """Return the ordinary character that one looks like; itself where there is none."""
    return _ORDINARY.get(character) or unicodedata.normalize("NFKC", character)


def lookalikes(text: str) -> list[re.Match[str]]:
    """Return each character of a text that looks like an ordinary one and isn't."""
    return [m for m in re.finditer(_RANGES, text) if ordinary(m[0]) != m[0]]


def read_ordinary(text: str, label: str) -> str:
    """Return a text with the ordinary character in each one's place, every column kept.

    A :class:`ReadOrdinary` warning says where the first stands, and what each was read as.
    """
    found = lookalikes(text)
    if not found:
        return text
    at = found[0].start()
    place = Place(label, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    kinds = list(dict.fromkeys(match[0] for match in found))
    each = "、".join(f"{kind}→{ordinary(kind)}" for kind in kinds[:_MOST_TOLD])
    more = "等" if len(kinds) > _MOST_TOLD else ""
    told = (
        f"{place}: 有 {len(found)} 个字看着普通，其实是部首或兼容字符（多从 PDF 粘来），"
        f"已按普通的字读：{each}{more}"
    )
    warnings.warn(ReadOrdinary(told), stacklevel=2)
    return re.sub(_RANGES, lambda match: ordinary(match[0]), text)


def visible(text: str) -> str:
    """Return a text without what takes no room, and with one kind of blank."""
    return ODD_BLANKS.sub(" ", UNSEEN.sub("", text))


def unprintable(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield offset, message and hint of each character that won't print as it was meant."""
    for match in re.finditer(_UNPRINTABLE, text):
        kind, whole = str(match.lastgroup), unicodedata.normalize("NFKC", match[0])
        message, hint = _UNPRINTABLE_TOLD[kind]
        if kind == "marked" and len(whole) > 1:
            hint = "删去它"
        code = f"U+{ord(match[0][-1]):04X}"
        yield match.end() - 1, message.format(code, match[0]), hint.format(whole)
