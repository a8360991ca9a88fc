"""The headings of a document: which is the title, and what level each of the others has."""

from __future__ import annotations

import re
from dataclasses import replace

from govnb.publish.document import Block, Heading, Title, plain

_ANNEX = re.compile(r"附[件表录]")


def titled(blocks: list[Block]) -> list[Block]:
    """Take a user's only level-1 heading, where it comes first, for the title."""
    if any(isinstance(block, Title) for block in blocks):
        return blocks
    tops = [b for b in blocks if isinstance(b, Heading) and b.level == 1]
    if len(tops) == 1 and blocks and blocks[0] is tops[0]:
        return [Title(plain(tops[0].runs)), *blocks[1:]]
    return blocks


def levelled(blocks: list[Block]) -> list[Block]:
    """Count heading levels from 1 below the title, without gaps: readers aloud need that."""
    levels = [block.level for block in blocks if isinstance(block, Heading)]
    top = min(levels, default=1)
    out: list[Block] = []
    # Levels of the headings that are open: a level under its parent is one more than it.
    open_levels: list[int] = []
    for block in blocks:
        if isinstance(block, Heading):
            while open_levels and open_levels[-1] >= block.level:
                open_levels.pop()
            open_levels.append(block.level)
            annex = block.level == top and bool(_ANNEX.match(plain(block.runs)))
            block = replace(block, level=min(len(open_levels), 4), annex=annex)
        out.append(block)
    return out
