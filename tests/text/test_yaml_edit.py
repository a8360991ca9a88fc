"""A YAML text is edited where its nodes stand; what isn't touched stays as it was typed."""

from __future__ import annotations

import pytest

from govnb.text.yaml_edit import Edits

TEXT = "甲: {一: 1, 二: 2, 三: 3}  # 三项\n\n乙:\n  # 逐行写\n  四: 4  # 四\n\n  五: 5\n"


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["甲.二", "甲.三"], TEXT.replace(", 二: 2, 三: 3", "")),
        (["甲.一", "甲.二"], TEXT.replace("一: 1, 二: 2, ", "")),
        (["甲.一", "甲.三"], TEXT.replace("一: 1, ", "").replace(", 三: 3", "")),
        (["甲.一", "甲.二", "甲.三"], TEXT.partition("\n")[2]),
        (["乙.四"], TEXT.replace("  四: 4  # 四\n", "")),
        (["乙.四", "乙.五"], TEXT.partition("乙")[0]),
        (["丙.一"], TEXT),
    ],
    ids=str,
)
def test_what_is_taken_out_leaves_the_rest_as_it_was(gone: list[str], left: str) -> None:
    edits = Edits(TEXT)
    for path in gone:
        edits.remove(path.split("."))
    assert edits.made() == left
