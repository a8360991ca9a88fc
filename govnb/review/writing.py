"""写法: text written in a way that a rule's pattern describes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from govnb.inputs.check_rules import WritingRule
from govnb.inputs.patterns import matches
from govnb.review.finding import PASSED, Finding, Side
from govnb.review.say import Evidence, Say
from govnb.review.texts import Passage
from govnb.review.world import World


def writing(rule: WritingRule, world: World, say: Say) -> Iterator[Finding]:
    """Find text that the rule's pattern matches; one spelling is one finding, however often.

    Most of the shipped patterns follow GB/T 9704-2012: 7.2.5 puts the year of a document's
    number in 〔〕, 7.3.5.4 the date of a document in Arabic digits.
    """
    found: dict[str, Finding] = {}
    looked = [passage for passage in world.passages if _is_within(passage, rule.within)]
    for passage in looked:
        for match in matches(rule.find, passage.masked):
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


def _is_within(passage: Passage, within: Sequence[str]) -> bool:
    return not within or any(passage.path == w or passage.path.startswith(f"{w}.") for w in within)
