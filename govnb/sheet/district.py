"""What the whole district shares in one year: `params/YEAR/_year.yml`."""

from pydantic import Field

from govnb.text.section import Name, Strict
from govnb.text.values import MoneyUnit, Text, Year


class YearFile(Strict):
    """年度文件: district, rubric in force, unit and account codes of one year."""

    year: Year = Field(alias="年度")
    region: Text = Field(alias="地区")
    money_unit: MoneyUnit = Field(alias="金额单位", description="参数文件金额的默认单位")
    rubric: Text | None = Field(None, alias="指标体系", description="params/rubrics/ 下的文件名")
    accounts: dict[Name, Text] = Field(
        alias="经济分类", description="支出经济分类科目：编码 → 当年名称"
    )
