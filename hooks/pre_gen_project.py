"""Make sure of the answers and of the place, before the first file is written."""

import sys

# A hook runs from the system's temp folder, where anybody may have left a json.py.
sys.path.pop(0)

import json
import os

# `settled` checks every answer once more, for tools that name the folder in a way of their own.
ANSWERS = json.loads(r'''{{ cookiecutter | settled | tojson }}''')  # fmt: skip

# With -f the folder may be a link that was there already. (cruft does not tell the output folder.)
output = ANSWERS.get("_output_dir")
if output and not os.path.samefile(output, os.pardir):
    sys.exit(
        f"addon_name '{ANSWERS['addon_name']}' is a link that leads out of the output folder: "
        "write another name, or remove the link"
    )
