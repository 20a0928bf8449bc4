"""What maintainers of the template run: see the Makefile."""
