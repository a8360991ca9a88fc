"""Characters that look like ordinary ones and are others, as text copied from a PDF has them.

`⼯` (U+2F00 to U+2FD5, the Kangxi radicals), `⻋` (the CJK radicals supplement) and U+F90A (a
compatibility ideograph) are read as 工, 车 and 金: nobody sees the difference, but no name
matches and fonts lack them. Full-width letters and digits, ㎡ and ① are what was meant.
"""

from __future__ import annotations

import re
import unicodedata
import warnings

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
# Enough to know what is meant.
_MOST_TOLD = 10
_ORDINARY = dict(zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True))
_RANGES = re.compile("[\u2e80-\u2ef3\u2f00-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]")


def ordinary(character: str) -> str:
    """Return the ordinary character that one looks like; itself where there is none."""
    return _ORDINARY.get(character) or unicodedata.normalize("NFKC", character)


def lookalikes(text: str) -> list[re.Match[str]]:
    """Return each character of a text that looks like an ordinary one and isn't."""
    return [m for m in _RANGES.finditer(text) if ordinary(m[0]) != m[0]]


def read_ordinary(text: str, label: str) -> str:
    """Return a text with the ordinary character in each one's place, every column kept.

    A :class:`ReadOrdinary` warning says where the first stands, and what each was read as.
    """
    if found := lookalikes(text):
        warnings.warn(ReadOrdinary(_told(text, label, found)), stacklevel=2)
    return _RANGES.sub(lambda match: ordinary(match[0]), text) if found else text


class ReadOrdinary(UserWarning):
    """Said of a file some of whose characters were read as others."""


def _told(text: str, label: str, found: list[re.Match[str]]) -> str:
    at = found[0].start()
    line = text.count("\n", 0, at) + 1
    place = Place(label, line, at - text.rfind("\n", 0, at))
    kinds = list(dict.fromkeys(match[0] for match in found))
    each = "、".join(f"{kind}→{ordinary(kind)}" for kind in kinds[:_MOST_TOLD])
    more = "等" if len(kinds) > _MOST_TOLD else ""
    return (
        f"{place}: 有 {len(found)} 个字看着普通，其实是部首或兼容字符（多从 PDF 粘来），"
        f"已按普通的字读：{each}{more}"
    )
