"""What the template adds to Jinja: rules for answers, what follows from them, and escaping.

| module | what it is for |
| --- | --- |
| `questions.py` | the questions, as cookiecutter.json asks them |
| `names.py` | which names are valid, and names derived from other answers |
| `rules.py` | which answers are valid, and what to write instead |
| `filesystems.py` | the filesystems that an addon can be for, and what to install for each |
| `pieces.py` | which pieces an addon has, and the values that its files use |
| `escaping.py` | filters that write an answer into a file |
| `command_line.py` | how Cookiecutter was called, and what the user can do after a refusal |
| `guard.py` | keeps answers from acting as templates, and checks them before a file is written |
"""
