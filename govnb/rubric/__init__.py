"""Indicator systems (指标体系): rules as data, and what a department scores by them."""
