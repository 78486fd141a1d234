"""`python -m tools.fields`: writes docs/fields.md from the services' tables of rules."""

import sys

from tools.fields.page import PAGE, printed

PAGE.write_text(printed())
sys.stdout.write(f"{PAGE}\n")
