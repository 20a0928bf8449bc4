"""Addon of the Open Task Framework for {{ cookiecutter.class_prefix }}."""
