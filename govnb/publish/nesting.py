"""Lists and quotes within each other, as far as a page has room for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from govnb.publish.document import Block, Heading, Listing, Paragraph, Quote

# What lies deeper is set at this level: a page has no room to step in further.
DEEPEST = 6


def nested(blocks: Iterable[Block], depth: int = 0) -> Iterator[Block]:
    """Yield blocks with lists and quotes no deeper than paper holds, and no section in them."""
    for block in blocks:
        match block:
            case Quote() if depth == DEEPEST:
                yield from nested(block.blocks, depth)
            case Quote():
                yield Quote(tuple(nested(block.blocks, depth + 1)))
            case Listing() if depth == DEEPEST:
                for item in _lifted(block):
                    yield from nested(item, depth)
            case Listing():
                items = _lifted(block) if depth + 1 == DEEPEST else block.items
                yield replace(block, items=tuple(tuple(nested(i, depth + 1)) for i in items))
            case Heading() if depth:
                # It heads no section of the report, but reads as what it is.
                yield Paragraph(tuple(replace(run, bold=True) for run in block.runs))
            case _:
                yield block


def _lifted(listing: Listing) -> Iterator[tuple[Block, ...]]:
    """Yield the items of a list, and after each those of the lists within it."""
    for item in listing.items:
        own: list[Block] = []
        for block in item:
            if not isinstance(block, Listing):
                own.append(block)
                continue
            if own:
                yield tuple(own)
            own = []
            yield from _lifted(block)
        if own:
            yield tuple(own)
