"""What a delivery says, decided when it is sent: the language and the beta freeze of that moment count."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from services.bot.domain.catalogue import Catalogues
from services.bot.domain.notices import FACTS, Fact
from services.bot.domain.pushes import push
from services.bot.use_cases.settle_deliveries import DueDelivery
from shared.auth.viewer import Role, Viewer
from shared.graphql.context import is_frozen


@dataclass(frozen=True, slots=True)
class Wording:
    catalogues: Catalogues
    freeze: Collection[Role]

    def word(self, delivery: DueDelivery) -> str:
        fact: Fact = msgspec.json.decode(delivery.fact, type=FACTS[delivery.kind])
        frozen = is_frozen(Viewer(delivery.subject, delivery.role), self.freeze)
        return push(self.catalogues[delivery.language], fact, delivery.role, frozen=frozen)
