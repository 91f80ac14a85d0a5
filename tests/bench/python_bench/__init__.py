"""Measures crmkit's Python package beside what Python programs use without it.

    PYTHONPATH=tests/bench python -m python_bench [--quick]

Prints a table in Markdown. Ends with 1 when a figure misses its target by half.
"""
