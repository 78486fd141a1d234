"""Programs in wkhtmltopdf's place that stand before the real one."""

import stat
from pathlib import Path

from services.invoicing.document.options import Renderer, find_renderer


def troubled_renderer(folder: Path, trouble: str) -> Renderer:
    """`trouble` is what its shell does at a page with TROUBLE on it; the others are handed on."""
    real = find_renderer()
    script = (
        "while read -r line; do\n"
        '  page=$(echo "$line" | grep -o "[0-9a-f]*\\.html")\n'
        f"  if grep -q TROUBLE $page; then {trouble}; fi\n"
        f'  echo "$line" | {real.binary} --read-args-from-stdin\ndone\n'
    )
    return Renderer(_program(folder, script), real.arguments)


def unhurried_renderer(folder: Path, seconds: float) -> Renderer:
    """It begins each page so much later, on however fast a machine."""
    real = find_renderer()
    lines = f'while read -r line; do sleep {seconds}; echo "$line"; done'
    return Renderer(_program(folder, f"{lines} | {real.binary} --read-args-from-stdin\n"), real.arguments)


def _program(folder: Path, script: str) -> str:
    program = folder / "wkhtmltopdf"
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)
