"""What DOMAIN's rules say of payments, in the plainest way: lists of what there is, and sums over them.

Knows nothing of the product's code; amounts are in minor units.
"""

from dataclasses import dataclass, field


@dataclass
class OracleInvoice:
    parent: str
    total: int
    void: bool = False
    got: int = 0

    @property
    def due(self) -> int:
        return 0 if self.void else max(self.total - self.got, 0)

    @property
    def status(self) -> str:
        if self.void:
            return "VOID"
        if not self.due:
            return "PAID"
        return "PARTIALLY_PAID" if self.got else "UNPAID"


@dataclass
class Oracle:
    """`paid` is all that a parent ever paid."""

    invoices: list[OracleInvoice] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)

    def of(self, parent: str) -> list[OracleInvoice]:
        return [invoice for invoice in self.invoices if invoice.parent == parent]

    def credit(self, parent: str) -> int:
        return self.paid.get(parent, 0) - sum(invoice.got for invoice in self.of(parent))

    def outstanding(self, parent: str) -> int:
        return sum(invoice.due for invoice in self.of(parent))

    def issue(self, parent: str, total: int) -> None:
        invoice = OracleInvoice(parent, total)
        invoice.got = min(self.credit(parent), invoice.due)
        self.invoices.append(invoice)

    def pay(self, parent: str, amount: int, named: OracleInvoice | None = None) -> bool:
        """False when it is refused."""
        if named is not None and named.void:
            return False
        self.paid[parent] = self.paid.get(parent, 0) + amount
        for invoice in [named] if named is not None else self.of(parent):
            part = min(amount, invoice.due)
            invoice.got += part
            amount -= part
        return True

    def void(self, invoice: OracleInvoice) -> bool:
        """False when it is refused."""
        if invoice.void or invoice.got:
            return False
        invoice.void = True
        return True
