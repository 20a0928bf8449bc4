"""Fixtures and hooks of pytest. Add your own here; those of the kit come from its plugin."""

pytest_plugins = ["otf_kit.plugin"]
