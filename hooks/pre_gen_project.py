"""Make sure of the answers once more, before the first file is written.

Nothing is left to do when this runs: `settled` has checked every answer, or has ended the run in
one line, while Cookiecutter rendered the next line.
"""

# {{ cookiecutter | settled | length }} answers
