"""Dotted names with wildcards, as they stand in formulas, rules and patterns."""

from __future__ import annotations

import re
from functools import lru_cache

# `{变量}`; a pattern's groups are what its wildcards stand for, in order.
VARIABLE = re.compile(r"\{([^{}]+)\}")
_WILD = re.compile(r"\*\*\.|\*|\{[^{}]+\}")


@lru_cache(maxsize=4096)
def dotted(pattern: str) -> re.Pattern[str]:
    """Return what matches the names a pattern means.

    `*` and `{变量}` are any one word and groups of the match; `**.` is any number of words.
    """
    parts, end = [], 0
    for wild in _WILD.finditer(pattern):
        parts += [re.escape(pattern[end : wild.start()])]
        parts += [r"(?:[^.]+\.)*" if wild[0] == "**." else "([^.]+)"]
        end = wild.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]))
