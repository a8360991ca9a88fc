"""写法: text written in a way that a rule's pattern describes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from govnb.evaluate.checks.say import Evidence, Say
from govnb.evaluate.checks.texts import Passage
from govnb.evaluate.checks.world import World
from govnb.evaluate.finding import PASSED, Finding, Side
from govnb.inputs.check_rules import PATIENCE, TOO_SLOW, WritingRule
from govnb.inputs.place import Fault, FaultsError
from govnb.inputs.yaml_text import Scalar


def writing(rule: WritingRule, world: World, say: Say) -> Iterator[Finding]:
    """Find text that the rule's pattern matches; one spelling is one finding, however often.

    Most of the shipped patterns follow GB/T 9704-2012: 7.2.5 puts the year of a document's
    number in 〔〕, 7.3.5.4 the date of a document in Arabic digits.
    """
    found: dict[str, Finding] = {}
    looked = [passage for passage in world.passages if _is_within(passage, rule.within)]
    for passage in looked:
        for match in _matches(rule.find, passage.masked):
            snippet = match[0].strip()
            words = {"处": passage.path, "原文": snippet, "左": snippet, "项": passage.path}
            evidence = Evidence(Side(passage.path, snippet, str(passage.at(match.start()))))
            found.setdefault(snippet, say.failed(snippet, words, evidence))
    yield from found.values()
    if not found and not looked:
        yield say.no_data("", rule.within)
    elif not found and not (rule.within or world.prose):
        yield say.not_applicable("", "没有叙述文字")
    elif not found:
        yield say("", PASSED, f"查了{len(looked)}段文字，没有发现")


def _matches(pattern: Scalar, text: str) -> Iterator[regex.Match[str]]:
    """Yield what a pattern finds.

    Raises
    ------
    FaultsError
        If it takes too long, or finds a place and no text.
    """
    try:
        for match in regex.finditer(pattern, text, timeout=PATIENCE):
            if not match[0].strip():
                message, hint = "查找的写法找到的是空的文字", "至少要有一个必须出现的字"
                raise FaultsError([Fault(pattern.place, message, hint)])
            yield match
    except TimeoutError:
        message = f"查找的写法太费时，一段{len(text)}字的文字查了{PATIENCE:g}秒还没有查完"
        raise FaultsError([Fault(pattern.place, message, TOO_SLOW)]) from None


def _is_within(passage: Passage, within: Sequence[str]) -> bool:
    return not within or any(passage.path == w or passage.path.startswith(f"{w}.") for w in within)
