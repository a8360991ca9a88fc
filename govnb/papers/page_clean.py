"""Cleaning the HTML of outputs: nothing that runs, nothing that loads, nothing that frames.

Every output goes through here, ours too: a notebook can come from anywhere, and a mime type
beside the HTML proves nothing about who wrote it. What stays is what a report needs:
text, tables, popovers with their buttons, images held in the page itself.
"""

from __future__ import annotations

import re
from functools import cache

import nh3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT = _words(
    """a abbr b bdi bdo blockquote br cite code dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark meter ol p pre progress q rp rt ruby s
    samp section small span strong sub summary sup time u ul var wbr button"""
)
_TABLE = _words("table caption colgroup col thead tbody tfoot tr th td")
_MATHML = _words(
    """math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup
    msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd"""
)
_MATHML_ATTRIBUTES = _words(
    """display displaystyle scriptlevel mathvariant stretchy form symmetric largeop
    movablelimits minsize maxsize lspace rspace accent accentunder linethickness width
    height depth columnalign"""
)
_EVERYWHERE = _words("id class title lang dir role style tabindex popover")
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "download", "hreflang"},
    "button": {"type", "popovertarget", "popovertargetaction"},
    "img": {"src", "alt", "width", "height"},
    "details": {"open"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "th": {"scope", "colspan", "rowspan", "headers", "abbr"},
    "td": {"colspan", "rowspan", "headers"},
    "col": {"span"},
    "colgroup": {"span"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "progress": {"value", "max"},
    "time": {"datetime"},
}
# Enough for pandas' Styler and for our own bars; nothing that leaves its place on the page.
_STYLES = _words(
    """color background background-color font-weight font-style font-size text-align
    text-decoration vertical-align white-space width min-width max-width height padding
    padding-left padding-right border border-top border-bottom border-left border-right
    --low --high"""
)
# Their content is no text either. A form's or an unknown element's content stays, as text.
_DROPPED = _words("script style iframe object embed noscript template textarea title audio video")

# Whatever in CSS can fetch something or hide it from a look at its text.
_CSS_LOADS = re.compile(r"url|image|src|expression|[\\@<]|/\*", re.IGNORECASE)
_HREF = re.compile(r"#|(?:https?|mailto):|data:text/csv[;,]|(?![\w.+-]+:|//|\\)", re.IGNORECASE)
_SRC = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)

# A pandas Styler brings its colours as rules for its own random ids, all beginning with T_.
_STYLE = re.compile(r"<style[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_OWN = r"\s*#T_[^{},@<\\]*"
_SCOPED = re.compile(rf"(?:{_OWN}(?:,{_OWN})*\{{[^{{}}]*\}})+\s*")

_SHOWS = re.compile(r"<(?:img|table|hr|meter|progress)\b")
_TAG = re.compile(r"<[^>]*>")


def clean(html: str) -> str:
    """Return HTML a page can hold; empty when nothing of it would be seen."""
    cleaned = _cleaner().clean(html)
    if not _SHOWS.search(cleaned) and not _TAG.sub("", cleaned).strip():
        return ""
    return _scoped_styles(html) + cleaned


def _scoped_styles(html: str) -> str:
    if "<style" not in html:
        return ""
    rules = [m[1] for m in _STYLE.finditer(html) if _SCOPED.fullmatch(m[1])]
    return "".join(f"<style>{r}</style>" for r in rules if not _CSS_LOADS.search(r))


@cache
def _cleaner() -> nh3.Cleaner:
    attributes = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    attributes |= {tag: set(_MATHML_ATTRIBUTES) for tag in _MATHML}
    attributes["*"] = set(_EVERYWHERE)
    return nh3.Cleaner(
        tags={*_TEXT, *_TABLE, *_MATHML},
        clean_content_tags=set(_DROPPED),
        attributes=attributes,
        attribute_filter=_attribute,
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=set(_STYLES),
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _HREF.match(value.strip()) else None
    if name == "src":
        return value if _SRC.match(value) else None
    if name == "style":
        return None if _CSS_LOADS.search(value) else value
    return value
