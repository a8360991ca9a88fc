"""What there is to score: the rubric's own rows, and the ones a department lists itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govnb.rubric.file import Entry, Group, Indicator, Rubric, Socket
from govnb.rubric.rule import Rule
from govnb.sheet.evidence import QUALITATIVE, Evidence, Target
from govnb.sheet.read import Inputs
from govnb.sheet.score_words import points as points_text
from govnb.text.measure import PERCENT
from govnb.text.place import Fault, Place
from govnb.text.suggest import did_you_mean

EVIDENCE, TARGETS = "评分依据", "绩效指标"


@dataclass(frozen=True)
class Task:
    """One indicator to score: the rubric's own row, or one the department lists."""

    id: str
    name: str
    groups: tuple[str, ...]
    weight: Decimal | None
    rule: Rule | None
    indicator: Indicator | None
    evidence: Evidence | None
    base: str
    source: str
    mark: str
    place: Place


def tasks_of(inputs: Inputs, rubric: Rubric, year: int, faults: list[Fault]) -> Iterator[Task]:
    """Yield every indicator of a rubric for a department; what doesn't fit becomes a fault."""
    for row in rubric.in_force(year):
        if isinstance(row, Socket):
            yield from _listed(inputs, row, faults)
        else:
            yield _own(inputs, row)


def _own(inputs: Inputs, entry: Entry) -> Task:
    item = entry.indicator
    return Task(
        id=entry.id,
        name=entry.name,
        groups=entry.groups,
        weight=item.weight.value if item.weight else None,
        rule=item.rule,
        indicator=item,
        evidence=inputs.department.evidence.get(entry.id),
        base=f"{EVIDENCE}.{entry.id}",
        source=str(item.source),
        mark=str(item.mark),
        place=entry.place,
    )


def _listed(inputs: Inputs, socket: Socket, faults: list[Fault]) -> Iterator[Task]:
    """Yield the indicators a department lists for a group; their weights must fill it."""
    group, name = socket.group, str(socket.group.from_department)
    targets = {n: t for n, t in inputs.department.targets.items() if t.group == name}
    whole = (group.weight.value if group.weight else None) or Decimal(0)
    source, mark = str(group.source or ""), str(group.mark or "")
    if not targets:
        title = f"{name}（部门没有列绩效指标）"
        yield Task(
            title, title, socket.groups, whole, None, None, None, f"{TARGETS}", source, mark,
            socket.place,
        )  # fmt: skip
        return
    total = sum((t.weight.value or Decimal(0) for t in targets.values()), Decimal(0))
    if total != whole:
        first = next(iter(targets.values()))
        message = (
            f"“{name}”各条绩效指标的分值合计 {points_text(total)} 分，应是 {points_text(whole)} 分"
        )
        faults.append(Fault(first.weight.place, message, "改分值"))
    faults.extend(_parts(group, name, targets))
    for key, target in targets.items():
        rule = group.qualitative if target.direction == QUALITATIVE else group.quantitative
        if rule is None:
            message = f"“{key}”是定性指标，这套指标体系没有规定定性指标怎么计分"
            faults.append(Fault(target.weight.place, message, "在指标体系里写 定性: …"))
        elif target.weight.value:
            faults.extend(rule.check(target.weight.value, PERCENT))
        below = (str(target.subgroup),) if target.subgroup else ()
        yield Task(
            key, key, (*socket.groups, *below), target.weight.value or Decimal(0), rule, None,
            target, f"{TARGETS}.{key}", source, mark, target.weight.place,
        )  # fmt: skip


def _parts(group: Group, name: str, targets: dict[str, Target]) -> Iterator[Fault]:
    """Yield a fault for each second-level indicator whose targets don't fill its own weight."""
    for key, target in targets.items():
        if group.subweights and target.subgroup not in group.subweights:
            known = list(group.subweights)
            hint = did_you_mean(str(target.subgroup or ""), known) or f"可写：{'、'.join(known)}"
            message = f"“{key}”的二级指标“{target.subgroup or '没有写'}”不在“{name}”之下"
            place = target.subgroup.place if target.subgroup else target.weight.place
            yield Fault(place, message, hint)
    for subgroup, weight in group.subweights.items():
        inside = [t.weight for t in targets.values() if t.subgroup == subgroup]
        total = sum((w.value or Decimal(0) for w in inside), Decimal(0))
        if inside and total != weight.value:
            said = f"“{subgroup}”各条绩效指标的分值合计 {points_text(total)} 分"
            message = f"{said}，应是 {weight.value} 分"
            yield Fault(inside[0].place, message, "改分值")
