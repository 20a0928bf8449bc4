"""Tests that run in an addon called demo."""
