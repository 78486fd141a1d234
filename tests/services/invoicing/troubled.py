"""A program in wkhtmltopdf's place that has trouble with marked pages and hands the others on to the real one."""

import stat
from pathlib import Path

from services.invoicing.document.options import Renderer, find_renderer


def troubled_renderer(folder: Path, trouble: str) -> Renderer:
    """`trouble` is what its shell does at a page with TROUBLE on it."""
    real = find_renderer()
    program = folder / "wkhtmltopdf"
    program.write_text(
        "#!/bin/sh\nwhile read -r line; do\n"
        '  page=$(echo "$line" | grep -o "[0-9a-f]*\\.html")\n'
        f"  if grep -q TROUBLE $page; then {trouble}; fi\n"
        f'  echo "$line" | {real.binary} --read-args-from-stdin\ndone\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Renderer(str(program), real.arguments)
