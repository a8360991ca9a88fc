"""The kinds of check: the modules whose classes they are.

A kind is one class, which holds its name, its fields and what it finds
(:class:`govnb.review.check.Check`). To add a relation, add a rule; to add a kind, add its class,
and its module to those imported here.
"""

from __future__ import annotations

from govnb.review import (
    amounts,
    dates,
    enumerations,
    forms,
    project_forms,
    published,
    rates,
    reasons,
    relations,
    scores,
    statements,
    sums,
    writing,
    years,
)

# Their classes are known once their modules are.
MODULES = (
    sums, published, relations, reasons, rates, dates, amounts, enumerations, forms, writing,
    scores, statements, years, project_forms,
)  # fmt: skip
