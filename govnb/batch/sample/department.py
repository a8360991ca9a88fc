"""One made-up department: a tree of values in which everything agrees."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml

Tree = dict[str, Any]
_CENT = Decimal("0.01")
# Words and sentences by what they are for.
WORDS: Tree = yaml.load(Path(__file__).with_name("words.yml").read_text("utf-8"), yaml.CSafeLoader)


def department(number: int, year: int, seed: int) -> Tree:
    """Return the parameter file of the `number`th department, as a tree of values.

    The same number, year and seed give the same department, whatever the others are.
    """
    random = Random(f"govnb-{seed}-{number}")
    return _Maker(random, number, year).tree()


class _Maker:
    def __init__(self, random: Random, number: int, year: int) -> None:
        self.random, self.number, self.year = random, number, year

    def tree(self) -> Tree:
        """Return the whole file."""
        tree: Tree = {"年度": self.year, "示例": "是", "部门": self.identity()}
        tree |= self.people()
        tree |= self.money()
        tree |= self.three_public()
        tree |= self.work()
        tree |= self.words()
        tree["评分依据"] = self.evidence()
        tree["公布数"] = _published(tree)
        return tree

    def identity(self) -> Tree:
        """Return who reports."""
        kinds, places = WORDS["机构"], WORDS["地名"]
        others, kind = divmod(self.number, len(kinds))
        again, place = divmod(others, len(places))
        branch = f"第{again + 1}分局" if again else ""
        name = f"示例区{places[place]}{kinds[kind]}{branch}"
        founded = self.random.randint(1985, self.year - 3)
        return {
            "名称": name,
            "预算编码": f"{self.number + 1:06d}",
            "性质": self.random.choice(WORDS["性质"]),
            "预算单位数": self.random.randint(1, 6),
            "设立时间": founded,
            "设立文号": [f"示编〔{founded}〕{self.random.randint(1, 60)}号"],
        }

    def people(self) -> Tree:
        """Return offices and staff."""
        some = self.random.randint
        posts = {"行政编制": some(5, 40), "事业编制": some(0, 60), "工勤编制": some(0, 5)}
        total = sum(posts.values())
        outside = {"聘用": some(0, 12), "劳务派遣": some(0, 8)}
        return {
            "内设机构": self.few("内设机构", 4, 9),
            "人员": {
                "编制数": {"明细": posts},
                "在职人员": max(1, total - some(0, 6)),
                "编外人员": {"明细": outside},
                "离退休人员": some(0, 50),
                "人员总数": "=人员.在职人员 + 人员.编外人员",
            },
            "主要职责": self.few("主要职责", 4, 8),
            "管理制度": self.few("管理制度", 3, 6),
        }

    def money(self) -> Tree:
        """Return income, expenditure, the budget behind it, projects and base-data lines."""
        special = {name: self.amount(1, 40) for _, name in self.specials()}
        project, projects = self.projects()
        budget = {
            account: {part: self.amount(2, 60) for part in self.few(parts, 2, len(parts))}
            for account, parts in WORDS["科目"].items()
        }
        basic = {account: sum(parts.values()) for account, parts in budget.items()}
        income = {
            "财政拨款": _sum({"基本支出拨款": _sum(basic), "专项经费": _sum(special)}),
            "项目资金": project,
        }
        spent = {
            a: {p: self.about(v, 0.92, 1.08) for p, v in parts.items()}
            for a, parts in budget.items()
        }
        lines: Tree = {}
        for category, name in self.specials():
            line: Tree = {"上年支出": self.about(special[name], 0.8, 1.2)}
            line |= {"预算": f"=收入.财政拨款.专项经费.{name}", "支出": self.about(special[name])}
            lines.setdefault(category, {})[name] = line
        self.public = self.accounts(budget["商品和服务支出"], spent["商品和服务支出"])
        done = (line["支出"] for category in lines.values() for line in category.values())
        spent["商品和服务支出"]["专项业务费"] = sum(done, Decimal(0))
        capital = {"其他资本性支出": self.about(project, 0.96, 1.0)} if project else {}
        allocation: Tree = dict(basic) | ({"其他资本性支出": "=收入.项目资金"} if project else {})
        allocation["商品和服务支出"] = (
            "=收入.财政拨款.基本支出拨款.商品和服务支出 + 收入.财政拨款.专项经费"
        )
        expenditure = _sum({a: _sum(p) for a, p in spent.items()} | capital, "部门整体支出")
        left, added = _total(income) - expenditure["合计"], project
        # What is carried over covers what was spent beyond the income.
        carried = self.amount(10, 40) + max(Decimal(0), -left)
        return {
            "收入": _sum(income, "财政预算收入"),
            "支出": expenditure,
            "预算安排": {"明细": allocation},
            "预算执行": {
                "上年结转": carried,
                "年初预算": "=收入.财政拨款",
                "本年追加": added,
                "年末结余": carried + left,
            },
            "项目": projects,
            "项目支出": lines,
        }

    def specials(self) -> list[tuple[str, str]]:
        """Return the department's special items, the same whenever asked."""
        chosen = Random(f"{self.number}-special").sample(WORDS["专项"], 3 + self.number % 8)
        return sorted(chosen, key=WORDS["专项"].index)

    def projects(self) -> tuple[Decimal, Tree]:
        """Return the funds of the projects and the projects themselves."""
        total, projects = Decimal(0), {}
        for name in self.few("项目", 0, 2):
            appraised = self.amount(60, 400)
            contract = self.about(appraised, 0.8, 0.99)
            total += contract
            year = self.year - 1
            projects[name] = {
                "评审金额": appraised,
                "中标价": contract,
                "追加": 0,
                "资金": contract,
                "过程": {
                    "财政评审": {
                        "日期": f"{year}-{self.random.randint(3, 9):02d}-15",
                        "文号": f"示财评〔{year}〕{self.random.randint(1, 80)}号",
                    },
                    "完成招标": {"日期": f"{year}-12-{self.random.randint(1, 28):02d}"},
                    "竣工验收": {"日期": f"{self.year}-{self.random.randint(6, 11):02d}-20"},
                },
                "说明": WORDS["项目说明"].replace("NAME", name),
            }
        return total, projects

    def three_public(self) -> Tree:
        """Return 三公经费, 公用经费, procurement and buildings."""
        lines = {
            "因公出国（境）费": self.line(0, 0),
            "公务用车购置费": self.line(0, 0),
            "公务用车运行维护费": self.line(3, 16),
            "公务接待费": self.line(2, 18),
        }
        whole = {
            key: sum(part[key] for part in self.public.values())
            for key in ("上年支出", "预算", "支出")
        }
        return {
            "三公经费": lines,
            "公用经费": whole | self.public,
            "政府采购": {
                "预算": (plan := self.amount(20, 200)),
                "实际": self.about(plan, 0.9, 1.0),
            },
            "楼堂馆所": {"有新建项目": "否"},
        }

    def work(self) -> Tree:
        """Return how much was done, with one thing that is new this year."""
        volumes: Tree = {}
        for name, unit, least, most in self.few("业务量", 4, 7):
            last = self.random.randint(least, most)
            this = max(1, round(last * self.random.uniform(0.9, 1.3)))
            volumes[name] = {"单位": unit, "本年": this, "上年": last}
        return {"业务量": volumes}

    def words(self) -> Tree:
        """Return the prose and the lists."""
        return {
            "叙述": dict(WORDS["叙述"]),
            "荣誉": self.few("荣誉", 0, 3),
            "存在问题": self.few("存在问题", 1, 3),
            "改进措施": self.few("改进措施", 2, 5),
            "落款": {"日期": f"{self.year + 1}-{self.random.randint(4, 8):02d}-18"},
        }

    def evidence(self) -> Tree:
        """Return what scoring needs; some departments lack some of it, and get an interval."""
        asked = self.random.randint(80, 400)
        tree: Tree = {}
        for indicator, names in WORDS["要点"].items():
            if self.random.random() < 0.85:
                tree[indicator] = {"要点": {n: {"符合": "是", "佐证": "见自评材料"} for n in names}}
        done = self.random.randint(8, 12)
        tree["重点工作实际完成率"] = {
            "数据": {"交办": 12, "实际完成": done},
            "佐证": "重点工作清单",
        }
        if self.random.random() < 0.8:
            mark = {
                "分值": self.random.randint(6, 10),
                "评价人": "示例评价组",
                "理由": "据自评材料评定",
            }
            tree["经济、社会、生态效益"] = {"给分": mark}
            tree["行政效能"] = {"状态": self.random.choice(("较好", "一般")), "佐证": "考核结果"}
        rate = Decimal(self.random.randint(700, 995)) / 10
        tree["社会公众或服务对象满意度"] = {"指标值": f"{rate}%", "佐证": f"问卷{asked}份"}
        return tree

    def accounts(self, budget: Tree, spent: Tree) -> Tree:
        """Return the lines of 公用经费, each made up of accounts."""
        lines = {}
        for name, accounts in WORDS["公用经费"].items():
            planned, done = (
                sum((part.get(a, 0) for a in accounts), Decimal(0)) for part in (budget, spent)
            )
            last = {"上年预算": self.about(planned, 1.0, 1.15), "上年支出": self.about(planned)}
            lines[name] = last | {"预算": planned, "支出": done}
        return lines

    def line(self, least: int, most: int) -> Tree:
        """Return a line with budget and actual, this year and last."""
        budget = self.amount(least, most)
        return {
            "上年预算": self.about(budget, 1.0, 1.15),
            "上年支出": self.about(budget, 0.95, 1.1),
            "预算": budget,
            "支出": self.about(budget, 0.8, 1.06),
        }

    def few(self, of: str | list[Any], least: int, most: int) -> list[Any]:
        """Return some of the items, in their order."""
        items = WORDS[of] if isinstance(of, str) else of
        chosen = self.random.sample(range(len(items)), self.random.randint(least, most))
        return [items[i] for i in sorted(chosen)]

    def amount(self, least: int, most: int) -> Decimal:
        """Return an amount to the cent."""
        return Decimal(self.random.randint(least * 100, most * 100)) / 100

    def about(self, amount: Decimal, low: float = 0.9, high: float = 1.05) -> Decimal:
        """Return an amount near another, to the cent."""
        share = Decimal(str(round(self.random.uniform(low, high), 4)))
        return (amount * share).quantize(_CENT, ROUND_HALF_UP)


def _total(node: Any) -> Decimal:
    """Return what a ledger node amounts to."""
    if not isinstance(node, dict):
        return Decimal(node)
    if "合计" in node:
        return Decimal(node["合计"])
    return sum((_total(part) for part in node.get("明细", node).values()), Decimal(0))


def _sum(parts: Tree, title: str = "") -> Tree:
    """Return a ledger node with its stated total."""
    node: Tree = {"名称": title} if title else {}
    return node | {"合计": _total({"明细": parts}), "明细": parts}


def _published(tree: Tree) -> Tree:
    """Return what the department's published report printed, all of it right."""
    lines = tree["三公经费"].values()
    budget, spent = (sum(line[key] for line in lines) for key in ("预算", "支出"))
    rate = (spent / budget * 100).quantize(_CENT, ROUND_HALF_UP)
    return {
        "内设机构.条数": len(tree["内设机构"]),
        "主要职责.条数": len(tree["主要职责"]),
        "三公经费.预算": budget,
        "三公经费.支出": spent,
        "三公经费.结余": budget - spent,
        "三公经费.控制率": f"{rate}%",
        "支出.超支": tree["支出"]["合计"] - tree["收入"]["合计"],
        "改进措施.条数": len(tree["改进措施"]),
    }
