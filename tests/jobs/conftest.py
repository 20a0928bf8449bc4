"""Leaves `checks` to the addon that `test_jobs.py` bakes."""

collect_ignore = ["checks"]
