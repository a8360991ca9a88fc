"""The outline of a page: its title, its table of contents, and ids that stay.

Works on the finished HTML of all cells, because headings come from Markdown cells and from
outputs alike. One pass over the tags; text between them is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import count
from urllib.parse import unquote

from govnb.papers.pictures import NO_WORDS

# Attribute values are quoted by the cleaner and by the template, so a “>” in one is skipped.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)([^<>"]*(?:"[^"]*"[^<>"]*)*)>')
_ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?')
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_MARKS = frozenset(["gv-trial", "gv-sample"])
# What the template itself calls its parts.
RESERVED = frozenset(["正文", "目录", "目录-题"])
NO_IMAGE = "图像不在文件里，没有载入"

_NUMBERING = re.compile(
    r"^(?:附件\s*[\d一二三四五六七八九十]*"
    r"|第[\d一二三四五六七八九十百]+[章节部分]+"
    r"|[（(][\d一二三四五六七八九十百]+[）)]"
    r"|[\d一二三四五六七八九十百]+(?:[、．]|\.(?=\D)))[\s　、：]*"
)
# “财政预算收入：511.4万元” is the section on income whatever the amount.
_AMOUNT = re.compile(r"[：:][^：:]*\d[^：:]*$")
# A title breaks anywhere but within its year; no attribute before the “>” is touched.
_YEAR = re.compile(r"[12]\d{3}年度?(?=[^<>]*<)")
_UNBROKEN = r'<span class="gv-nobr">\g<0></span>'
_QUOTES = re.compile("[“”‘’\"'《》〈〉「」]")


def slug(text: str) -> str:
    """Return the permanent anchor of a heading: its words, without number and amount."""
    words = _AMOUNT.sub("", _NUMBERING.sub("", text.strip()))
    return "-".join(re.findall(r"\w+", _QUOTES.sub("", words) or text)) or "节"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents, with the lines below it."""

    text: str
    target: str
    parts: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A page taken apart: what goes above it, what the body holds, and where things are."""

    # The text of the first h1; empty when there is none.
    title: str
    # What says that this is a 试算 or 示例, as HTML.
    marks: str
    # The first h1, as HTML.
    head: str
    # Everything else.
    body: str
    # Headings of level 2, and those of level 3 within them.
    contents: tuple[Entry, ...]

    @classmethod
    def of(cls, html: str) -> Outline:
        """Take a page apart."""
        reader = _Reader(_tokens(html))
        body = reader.read()
        return cls(reader.title, reader.marks, reader.head, body, _nested(reader.headings))


@dataclass(slots=True)
class _Token:
    """A tag, or the text before one (`name` empty)."""

    source: str
    name: str = ""
    closing: bool = False
    attributes: str = ""

    def get(self, name: str) -> str | None:
        """Return an attribute's value, still escaped; None when it isn't there."""
        if name not in self.attributes:
            return None
        found = (m for m in _ATTRIBUTE.finditer(self.attributes) if m[1] == name)
        return next((m[2] or "" for m in found), None)

    def with_(self, name: str, value: str) -> str:
        """Return the tag with an attribute set, its value already escaped."""
        others = " ".join(m[0] for m in _ATTRIBUTE.finditer(self.attributes) if m[1] != name)
        return f'<{self.name}{" " if others else ""}{others} {name}="{value}">'


def _tokens(html: str) -> list[_Token]:
    tokens, end = [], 0
    for match in _TAG.finditer(html):
        if match.start() > end:
            tokens.append(_Token(html[end : match.start()]))
        tokens.append(_Token(match[0], match[2], bool(match[1]), match[3]))
        end = match.end()
    return [*tokens, _Token(html[end:])]


@dataclass(slots=True)
class _Heading:
    level: int
    text: str
    target: str


@dataclass
class _Reader:
    """Reads tokens once, handing the few tags that matter to a method each."""

    tokens: list[_Token]
    title: str = ""
    marks: str = ""
    head: str = ""
    headings: list[_Heading] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = (t.get("id") for t in self.tokens if t.name and not t.closing)
        self._given = {unescape(i) for i in found if i}
        self._used = set(RESERVED)
        self._at = 0
        self._tables = 0
        self._images = 0
        self._handlers: dict[str, Callable[[_Token], str]] = {
            **dict.fromkeys(_HEADINGS, self._heading),
            "p": self._paragraph,
            "div": self._division,
            "figure": self._figure,
            "table": self._table,
            "button": self._button,
            "a": self._link,
            "img": self._image,
        }

    def read(self) -> str:
        """Return the body."""
        return self._until(len(self.tokens))

    def _until(self, end: int) -> str:
        """Return the tokens up to `end`, worked over."""
        out = []
        while self._at < end:
            token = self.tokens[self._at]
            self._at += 1
            if not token.name or token.closing:
                out.append(token.source)
            else:
                handler = self._handlers.get(token.name)
                out.append(handler(token) if handler else self._unique(token))
        return "".join(out)

    def _end(self, token: _Token) -> int:
        """Return the index of the tag that closes the one just read."""
        depth = 1
        for index in range(self._at, len(self.tokens)):
            other = self.tokens[index]
            if other.name == token.name:
                depth += -1 if other.closing else 1
                if not depth:
                    return index
        return len(self.tokens) - 1

    def _rest(self, token: _Token) -> str:
        """Return the element's content, worked over, with its closing tag."""
        end = self._end(token)
        return self._until(end) + self._until(end + 1)

    def _text(self, token: _Token) -> str:
        parts = (t.source for t in self.tokens[self._at : self._end(token)] if not t.name)
        return " ".join(unescape("".join(parts)).split())

    def _claim(self, *wanted: str) -> str:
        """Return the first of the ids wanted that no other element has."""
        free = (i for i in wanted if i not in self._used)
        numbered = (f"{wanted[0]}-{n}" for n in count(2))
        free_numbered = (i for i in numbered if i not in self._used | self._given)
        claimed = next(free, None) or next(free_numbered)
        self._used.add(claimed)
        return claimed

    def _unique(self, token: _Token) -> str:
        """Return the tag with an id that occurs once on the page."""
        given = token.get("id")
        if not given:
            return token.source
        claimed = escape(self._claim(unescape(given)))
        return token.source if claimed == given else token.with_("id", claimed)

    def _heading(self, token: _Token) -> str:
        text, level = self._text(token), int(token.name[1])
        if level == 1 and not self.title:
            self.title = text
            self.head += token.source + _YEAR.sub(_UNBROKEN, self._rest(token))
            return ""
        if not text:
            self._rest(token)
            return ""
        given = token.get("id")
        target = self._claim(*((unescape(given),) if given else self._anchors(level, text)))
        self.headings.append(_Heading(level, text, target))
        tag = token.with_("id", escape(target))
        return (
            f'<div class="gv-heading">{tag}{self._rest(token)}'
            f"{_anchor_link(target, f'本节链接：{text}')}</div>"
        )

    def _anchors(self, level: int, text: str) -> list[str]:
        """Return the anchors that would do for a heading, the best one first."""
        wanted = slug(text)
        above = next((h.target for h in reversed(self.headings) if h.level < level), "")
        candidates = [wanted, *([f"{above}-{wanted}"] if above else []), f"节-{wanted}"]
        return [candidate for candidate in candidates if candidate not in self._given]

    def _paragraph(self, token: _Token) -> str:
        if not _MARKS.intersection((token.get("class") or "").split()):
            return self._unique(self._leading(token))
        self.marks += token.source + self._rest(token)
        return ""

    def _leading(self, token: _Token) -> _Token:
        """Return a paragraph's tag, marked where it is bold throughout: it heads what follows."""
        bold = self.tokens[self._at]
        if bold.name != "strong" or token.get("class") is not None:
            return token
        end = self._end(token)
        strong = [i for i in range(self._at, end) if self.tokens[i].name == "strong"]
        if len(strong) != 2 or strong[1] + 1 != end:
            return token
        return _tokens(token.with_("class", "gv-lead"))[0]

    def _division(self, token: _Token) -> str:
        classes = (token.get("class") or "").split()
        if "gv-scroll" in classes:
            return self._unique(token) + self._bare(self._rest, token)
        if "gv-panel" in classes and unescape(token.get("id") or "") in self._used:
            # The same figure's panel shown by a second cell; the first one serves both.
            self._at = self._end(token) + 1
            return ""
        return self._unique(token)

    def _bare(self, read: Callable[[_Token], str], token: _Token) -> str:
        """Read an element whose table already scrolls."""
        table = self._handlers.pop("table", None)
        html = read(token)
        if table:
            self._handlers["table"] = table
        return html

    def _table(self, token: _Token) -> str:
        """Return a table of the user's own: it scrolls inside itself, its headings say of what."""
        self._tables += 1
        start, end, head = self._at, self._end(token), False
        for other in self.tokens[start:end]:
            if other.name == "thead":
                head = not other.closing
            if other.name == "th" and not other.closing and other.get("scope") is None:
                other.source = other.with_("scope", "col" if head else "row")
                other.attributes = other.source[3:-1]
        table = self._unique(token) + self._bare(self._rest, token)
        return (
            '<div class="gv-scroll" role="region" tabindex="0"'
            f' aria-label="可横向滚动的表格 {self._tables}">{table}</div>'
        )

    def _figure(self, token: _Token) -> str:
        caption = self._caption(token)
        given = token.get("id")
        target = self._claim(unescape(given) if given else slug(f"图 {caption}"))
        tag = token.with_("id", escape(target))
        link = _anchor_link(target, f"本图表链接：{caption}" if caption else "本图表链接")
        content = self._rest(token)
        closing = "</figcaption>" if caption else "</figure>"
        body, closing, rest = content.rpartition(closing)
        return f"{tag}{body}{link}{closing}{rest}"

    def _caption(self, token: _Token) -> str:
        """Return the text of a figure's caption."""
        inside = range(self._at, self._end(token))
        marks = [index for index in inside if self.tokens[index].name == "figcaption"]
        between = self.tokens[marks[0] : marks[-1]] if marks else []
        return unescape("".join(t.source for t in between if not t.name)).strip()

    def _button(self, token: _Token) -> str:
        """Return a button; one whose panel isn't on this page is text, not a dead button."""
        target = token.get("popovertarget")
        if target is None or unescape(target) in self._given:
            return self._unique(token)
        return self._plain(token)

    def _link(self, token: _Token) -> str:
        """Return a link; what led to a panel that isn't on this page is text."""
        target = unquote(unescape(token.get("href") or ""))
        if "gv-fig" not in (token.get("class") or "").split() or target[1:] in self._given:
            return self._unique(token)
        return self._plain(token)

    def _plain(self, token: _Token) -> str:
        end = self._end(token)
        text = self._until(end)
        self._at = end + 1
        return f"<span>{text}</span>"

    def _image(self, token: _Token) -> str:
        alt = token.get("alt")
        if not token.get("src"):
            return f'<span class="gv-missing">［{NO_IMAGE}{"：" if alt else ""}{alt or ""}］</span>'
        # An empty alternative says “decoration”, and a report has none.
        return self._unique(token) if alt else token.with_("alt", NO_WORDS)


def _anchor_link(target: str, label: str) -> str:
    return (
        f'<a class="gv-anchor" href="#{escape(target)}" aria-label="{escape(label)}">'
        '<span aria-hidden="true">#</span></a>'
    )


def _nested(headings: Iterable[_Heading]) -> tuple[Entry, ...]:
    """Return level 2 with its level 3; a later h1 of a user's notebook counts as level 2."""
    entries: list[tuple[_Heading, list[Entry]]] = []
    for heading in headings:
        if heading.level <= 2:
            entries.append((heading, []))
        elif heading.level == 3:
            if entries:
                entries[-1][1].append(Entry(heading.text, heading.target))
            else:
                entries.append((heading, []))
    return tuple(Entry(h.text, h.target, tuple(parts)) for h, parts in entries)
