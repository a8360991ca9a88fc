"""Evaluation workbook for local-government departments: facts once, everything else computed."""
