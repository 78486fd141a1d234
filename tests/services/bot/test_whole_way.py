"""From an approval to the messages in the chats, with every service there is and nothing made up."""

from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from tests.asking import COORDINATOR
from tests.bot_api.server import BotApi
from tests.conftest import Hosting
from tests.services.bot.office import NOVEMBER, staged


async def test_an_approval_is_told_to_the_parent_and_the_coordinator(hosting: Hosting, api: BotApi) -> None:
    clock = TravellingClock()
    clock.travel_to(NOVEMBER)
    async with staged(hosting, api, clock, "none") as stage:
        tutor = await stage.office.tutor("Meena Iyer")
        parent, child = await stage.office.parent("आशा <राव>", "Ira")
        await stage.office.sell(parent, 1, "500")
        parents = await stage.link(Viewer(parent, Role.PARENT), "en")
        coordinators = await stage.link(COORDINATOR, "hi")

        await stage.office.teach(child, tutor)

        assert (await api.messages(parents, 2))[1].startswith("Your sessions are running low: 0 of 1 session left.")
        assert (await api.messages(coordinators, 2))[1] == ("आशा <राव> के सत्र समाप्त होने वाले हैं: 1 में से 0 सत्र शेष।")
