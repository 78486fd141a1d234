"""Why invoicing refuses.

Refusal
├─ InvoiceNotVoidable  INVOICE_NOT_VOIDABLE  a payment is on the invoice, or it is void already
└─ InvoiceNotPayable   INVOICE_NOT_PAYABLE   the invoice is void: nothing can be paid on it
"""

from shared.errors import Refusal


class InvoiceNotVoidable(Refusal):
    """A payment is on the invoice (a parent's credit that it used is one), or it is void already."""

    code = "INVOICE_NOT_VOIDABLE"


class InvoiceNotPayable(Refusal):
    """The invoice is void: nothing can be paid on it."""

    code = "INVOICE_NOT_PAYABLE"
