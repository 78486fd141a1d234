"""The bot through the whole product: linking, asking, and the alert that comes by itself."""

from datetime import timedelta

from shared.auth.viewer import Role, Viewer
from tests.bot_api.server import TOKEN, BotApi, serving_bot_api
from tests.system.conftest import Running
from tests.system.desk import Desk, at_desk, until
from tests.system.term import KOLKATA, this_month

TUTORS_CHAT, PARENTS_CHAT, COORDINATORS_CHAT = 1, 2, 3
INVITE = "mutation { createTelegramLink { url } }"
FOR_PARENT = "Your sessions are running low: 0 of 5 sessions left. Please ask your coordinator for a new package."
FOR_COORDINATOR = "Asha Rao is running low: 0 of 5 sessions left."


async def test_people_ask_the_bot_and_hear_of_low_packages(running: Running) -> None:
    async with (
        serving_bot_api() as api,
        running(NIVAA_FREEZE="none", NIVAA_BOT_TOKEN=TOKEN, NIVAA_BOT_API_URL=api.url) as product,
        at_desk(product.gateway) as desk,
    ):
        parent = await desk.make("createParent", name="Asha Rao")
        ira = await desk.make("createChild", parentId=parent, name="Ira")
        meena = await desk.make("createTutor", name="Meena")
        await desk.set_rate(meena, "300", "2020-01-01", addon="350")
        await link(api, desk.of(Viewer(meena, Role.TUTOR)), TUTORS_CHAT)
        await link(api, desk.of(Viewer(parent, Role.PARENT)), PARENTS_CHAT)
        await link(api, desk, COORDINATORS_CHAT)

        await desk.sell(parent, 5, "500")
        starts = [this_month().starts_at(KOLKATA) + timedelta(days=day, hours=10) for day in range(6)]
        await desk.approve(await desk.log(ira, meena, starts[0], billedAsAddon=True))
        for start in starts[1:-1]:
            await desk.approve(await desk.log(ira, meena, start))
        assert "1 of 5 sessions left" in await api.ask(PARENTS_CHAT, "/lowpackages")
        assert await api.ask(COORDINATORS_CHAT, "/lowpackages") == "No family is running low."
        assert pushed(api) == []

        await desk.approve(await desk.log(ira, meena, starts[-1]))
        await until_all_are_told(api)
        assert "1. Asha Rao: 0 of 5 sessions left" in await api.ask(COORDINATORS_CHAT, "/lowpackages")
        await until_pay_is(api, sessions="6, of which 1 add-on", gross="₹1,850.00")
        assert await api.ask(TUTORS_CHAT, "/lowpackages") == "/lowpackages is for parents and coordinators."
        assert len(pushed(api)) == 2


async def link(api: BotApi, desk: Desk, chat_id: int) -> None:
    url = (await desk.ask(INVITE))["createTelegramLink"]["url"]
    assert url.startswith("https://t.me/")
    reply = await api.ask(chat_id, f"/start {url.partition('?start=')[2]}")
    assert "This chat is linked" in reply


async def until_all_are_told(api: BotApi) -> None:
    """The parent and the coordinator are told, each in their own words, and the tutor is not."""

    async def are_told() -> bool:
        return len(pushed(api)) == 2

    await until(are_told)
    assert sorted(pushed(api)) == [
        (PARENTS_CHAT, FOR_PARENT),
        (COORDINATORS_CHAT, FOR_COORDINATOR),
    ]


def pushed(api: BotApi) -> list[tuple[int, str]]:
    alerts = (FOR_PARENT, FOR_COORDINATOR)
    return [(message.chat_id, message.text) for message in api.sent if message.text in alerts]


async def until_pay_is(api: BotApi, sessions: str, gross: str) -> None:
    """Billing hears of approvals a moment after they are answered."""

    async def is_said() -> bool:
        reply = await api.ask(TUTORS_CHAT, "/mypay")
        return f"Sessions completed: {sessions}" in reply and f"Gross: {gross}" in reply

    await until(is_said)
