"""In which order figures are computed: each after those it needs, and every circle named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from govnb.inputs.place import MOST_FAULTS, Fault, Place


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names in order of computation, and the circles among them.

    A circle that is found is opened (its figures then need nothing), so that the next one
    shows as well.
    """
    open_needs = dict(needs)
    circles: list[list[str]] = []
    while True:
        try:
            return list(TopologicalSorter(open_needs).static_order()), circles
        except CycleError as error:
            circle: list[str] = error.args[1]
            circles.append(circle[::-1])
            open_needs.update(dict.fromkeys(circle, ()))
            if len(circles) == MOST_FAULTS:
                open_needs = dict.fromkeys(open_needs, ())


def circle_faults(circles: Sequence[Sequence[str]], places: Mapping[str, Place]) -> list[Fault]:
    """Return a fault for each figure of each circle, where its formula stands."""
    return [
        Fault(places[name], f"公式循环引用：{' → '.join(circle)}", "其中一个须是直接填写的数")
        for circle in circles
        for name in set(circle)
    ]
