"""A made-up district: parameter files to try things out on, with errors that are known.

Nothing in it is anyone's: names are put together from parts, amounts are drawn from a
seed, and every file says 示例, so that every output does too.
"""
