"""In which order figures are computed: each after those it needs, and every circle named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from operator import ne

from govnb.text.place import MOST_FAULTS, Fault, Place


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names in order of computation, and the circles among them.

    A circle that is found is opened (its figures then need nothing more), so that the next one
    shows as well; each begins and ends with the same name. However many there are, every need
    is looked at once.
    """
    order: list[str] = []
    circles: list[list[str]] = []
    begun: set[str] = set()
    # The names on the way down, each with the needs still to look at, below one that needs all.
    path: dict[str, Iterator[str]] = {"": iter(needs)}
    while path:
        need = next(path[next(reversed(path))], None)
        if need is None:
            order.append(path.popitem()[0])
        elif need in path:
            below = list(takewhile(partial(ne, need), reversed(path)))
            circles.append([need, *reversed(below), need])
            path.update((name, iter(())) for name in circles[-1])
        elif need not in begun:
            begun.add(need)
            path[need] = iter(needs.get(need, ()))
    return order[:-1], circles


def circle_faults(circles: Sequence[Sequence[str]], places: Mapping[str, Place]) -> list[Fault]:
    """Return a fault for each figure of each circle, where its formula stands."""
    return [
        Fault(places[name], f"公式循环引用：{' → '.join(circle)}", "其中一个须是直接填写的数")
        for circle in circles[:MOST_FAULTS]
        for name in set(circle)
    ]
