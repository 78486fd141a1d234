"""Invoices: ours beside pdfkit called plainly and pdf-lib, and a closed cycle of 5,000 statements until its last PDF.

Each contestant has one core, the same invoices and the same fonts, and draws one invoice after the other; rounds
alternate. Then whole invoicing services are started, one on one core, two on two, and told of the cycle by RabbitMQ.
"""

import os
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench.drawing import CONTESTANTS
from bench.invoice_contents import document
from bench.rendering_month import rate_of_month
from services.invoicing.document.model import InvoiceDocument

INVOICES = 60
ROUNDS = 3
STATEMENTS = int(os.environ.get("BENCH_STATEMENTS", "5000"))


def main() -> None:
    seconds = draw_by_turns([document(ordinal) for ordinal in range(1, INVOICES + 1)])
    print(f"\n{'':24}{'ms an invoice':>14}{'times ours':>12}")
    for name, each in seconds.items():
        print(f"{name:24}{1000 * each:14.1f}{each / seconds['ours']:12.1f}")
    one = uvloop.run(rate_of_month(STATEMENTS, processes=1))
    two = uvloop.run(rate_of_month(STATEMENTS, processes=2))
    over = {name: each / seconds["ours"] for name, each in seconds.items()}
    print(
        f"RESULT over_pdfkit={over['pdfkit']:.1f} over_pdflib={over['pdf-lib']:.1f} "
        f"two_over_one={two / one:.2f} invoices_per_second={two:.0f}"
    )


def draw_by_turns(invoices: list[InvoiceDocument]) -> dict[str, float]:
    """Each contestant's median, in seconds an invoice."""
    taken: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for turn in range(1, ROUNDS + 1):
        for name, contestant in CONTESTANTS.items():
            with TemporaryDirectory() as folder:
                taken[name].append(contestant(invoices, Path(folder)))
            print(f"round {turn}  {name:12} {1000 * taken[name][-1]:8.1f} ms an invoice")
    return {name: statistics.median(each) for name, each in taken.items()}


if __name__ == "__main__":
    main()
