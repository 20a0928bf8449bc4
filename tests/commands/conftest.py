"""Leaves `checks` to the addon that `test_commands.py` bakes."""

collect_ignore = ["checks"]
