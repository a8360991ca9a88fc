"""The words by which the checks of wording read a sentence: `params/rules/words.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import Field

from govnb.shipped import rules_file, shipped
from govnb.text.section import Strict
from govnb.text.validation import validate
from govnb.text.values import Text
from govnb.text.yaml_text import read_yaml

Listed = list[Text]


class Words(Strict):
    """Lists of words; a list that a district's file leaves out is the shipped one."""

    self_words: Listed = Field([], alias="自称", description="我、本：加单位称谓，说的是本部门")
    office_words: Listed = Field([], alias="单位称谓", description="局、镇、中心")
    neutral: Listed = Field([], alias="不改口径", description="指标名称前面有这些词，口径不变")
    doing: Listed = Field([], alias="办理", description="业务量前面说怎么做的词")
    others: Listed = Field([], alias="另一口径", description="有这些词，说的可能是另一个数，不核对")
    bare: Listed = Field([], alias="开头才认", description="前面没有别的话，才是本部门全部的数")
    last_year: Listed = Field([], alias="上年")
    budget: Listed = Field([], alias="预算")
    tails: Listed = Field([], alias="量的后缀", description="业务量名称里可以写在数后面的一半")
    general: Listed = Field([], alias="泛称", description="指标名称里太泛的词")
    up: Listed = Field([], alias="增", description="说数变大的词")
    down: Listed = Field([], alias="减", description="说数变小的词")
    over: Listed = Field([], alias="超", description="说花多了的词")
    under: Listed = Field([], alias="省", description="说花少了的词")
    degree: Listed = Field([], alias="程度", description="比较和方向词之间可以有的词")
    denied: Listed = Field([], alias="否定", description="方向词前面有这些词，没有方向")
    growth: Listed = Field([], alias="增长", description="说增长率的词")
    other_rate: Listed = Field([], alias="另一种率", description="率的名称和数之间有它，是别的率")
    joins: Listed = Field([], alias="并列", description="列举最后两项之间的词")
    clause: Listed = Field([], alias="分句", description="名词里有这些词就成了句子")
    measured: Listed = Field([], alias="数目", description="带这些量词的是数目，不是列举的项")

    @property
    def rising(self) -> Listed:
        """The words that say that an amount is more."""
        return [*self.up, *self.over]

    @property
    def directions(self) -> Listed:
        """The words that say that an amount is more, or less."""
        return [*self.rising, *self.down, *self.under]

    def completed(self) -> Words:
        """Return these lists, and the shipped ones where none is given."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        is_whole = given.keys() == Words.model_fields.keys()
        return self if is_whole else shipped_words().model_copy(update=given)


def words_file(params_dir: Path) -> Path | None:
    """Return a district's file of words, or the one that comes with the program."""
    return rules_file(params_dir, "words.yml")


@cache
def shipped_words() -> Words:
    """Return the words that come with the program."""
    folder = shipped("params")
    file = words_file(folder) if folder else None
    return validate(read_yaml(file, file.name), Words) if file else Words()


def one_of(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first; of nothing without one."""
    return _one_of(tuple(words))


@cache
def _one_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))) or r"(?!)"
