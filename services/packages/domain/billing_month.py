"""Which cycle answers for an approval, a purchase or a reversal.

Its own month, unless that one is sealed: then the first month after the last seal. A reversal's own month is
the month of its approval, so that one before the seal cancels inside the same month.
"""

from shared.period import Month


def billing_month(own: Month, last_sealed: Month | None) -> Month:
    return own if last_sealed is None else max(own, last_sealed.plus(1))
