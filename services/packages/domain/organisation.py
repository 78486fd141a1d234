"""What the organisation has decided for itself, as far as packages are concerned."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.packages.domain.alerts import LowLine
from shared.money import Money
from shared.period import local_date


@dataclass(frozen=True, slots=True)
class Organisation:
    """Dates and months are judged in `zone`; the default session price also says the currency of everything."""

    zone: ZoneInfo
    default_session_price: Money
    low_line: LowLine

    @property
    def currency(self) -> str:
        return self.default_session_price.currency

    def date_of(self, instant: datetime) -> date:
        return local_date(instant, self.zone)
