"""Addon of the Open Task Framework for {{ cookiecutter.service_name | docstring }}."""
