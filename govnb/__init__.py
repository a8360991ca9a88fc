"""govnb: an evaluation workbook for local-government spending.

Facts of one department and year are written once, in a YAML file; every other number,
table, chart, sentence and warning of its report is computed from them.

>>> from govnb import Workbook
>>> workbook = Workbook.open(2016, "junshan-zwfw")  # doctest: +SKIP
"""

from govnb.inputs.place import FaultsError
from govnb.present.workbook import Workbook

__all__ = ["FaultsError", "Workbook"]
__version__ = "0.1.0"
