"""The embedded form: all five services in one process, which serves the last one."""

from collections.abc import Sequence

from services.billing.component import COMPONENT as BILLING
from services.bot.component import COMPONENT as BOT
from services.gateway.component import WITH_DEMO_PEOPLE as GATEWAY
from services.invoicing.component import COMPONENT as INVOICING
from services.packages.component import COMPONENT as PACKAGES
from shared.runtime.component import Component

COMPONENTS: Sequence[Component] = (PACKAGES, BILLING, INVOICING, BOT, GATEWAY)
