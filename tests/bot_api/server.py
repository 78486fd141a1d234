"""Telegram's Bot API on loopback: real HTTP, as much of it as the bot uses, and a user's side for the tests.

The far side of the wire is played here, never the bot's own code: updates wait in a queue until a getUpdates with
a higher offset confirms them, messages are kept per chat, and any method can be made to fail for a while.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.bot_api.html import NotHtml, read_html

TOKEN = "424242:loopback-bot-token"
USERNAME = "nivaa_test_bot"
PATIENCE_SECONDS = 60
_BOT = {"id": 424242, "is_bot": True, "first_name": "NIVAA", "username": USERNAME}


@dataclass(frozen=True)
class Failure:
    """What Telegram answers instead of doing what it was asked to."""

    status: int
    description: str
    retry_after_seconds: int | None = None
    after_doing_it: bool = False
    """Do it all the same and lose only the answer, as a broken connection would."""


@dataclass(frozen=True)
class SentMessage:
    """A message as its reader has it. `second` is the loop's clock when it arrived."""

    message_id: int
    chat_id: int
    text: str
    reply_markup: dict[str, Any] | None
    second: float

    @property
    def buttons(self) -> dict[str, str]:
        """What each button sends when it is pressed, by its label."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}


@dataclass(frozen=True)
class Webhook:
    """Where updates are to be sent, and with what."""

    url: str
    secret: str


Method = Callable[[dict[str, str]], Awaitable[Any]]


@dataclass
class BotApi:
    url: str = ""
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """By language; the empty one is for all others."""
    sent: list[SentMessage] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    notices: dict[str, str] = field(default_factory=dict)
    """What pressed buttons were answered, by the press."""
    webhook: Webhook | None = None
    slow_seconds: float = 0.0
    """How long an answer to sendMessage takes, when the message is there already."""
    _updates: deque[dict[str, Any]] = field(default_factory=deque)
    _failures: dict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    _blocked: set[int] = field(default_factory=set)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _last_update_id: int = 0

    async def write(self, chat_id: int, text: str, chat_type: str = "private", language: str = "en") -> None:
        """A user writes to the bot."""
        await self.post(chat_id, {"text": text, "entities": _entities(text)}, chat_type, language)

    async def post(
        self, chat_id: int, content: dict[str, Any], chat_type: str = "private", language: str = "en"
    ) -> None:
        """A user sends the bot a message with this in it."""
        await self._add_update(self.update(chat_id, content, chat_type, language))

    def update(
        self, chat_id: int, content: dict[str, Any], chat_type: str = "private", language: str = "en"
    ) -> dict[str, Any]:
        """What Telegram tells of such a message."""
        self._last_update_id += 1
        message = {
            "message_id": 100_000 + self._last_update_id,
            "date": 1_790_000_000,
            "chat": {"id": chat_id, "type": chat_type},
            "from": _user(chat_id, language),
            **content,
        }
        return {"update_id": self._last_update_id, "message": message}

    async def press(self, chat_id: int, data: str, message_id: int | None = None, language: str = "en") -> str:
        """A user presses a button that sends this, under the bot's latest message there or another one; gives the
        notice that answers it. Telegram no longer shows a message that it does not know."""
        self._last_update_id += 1
        press = f"press-{self._last_update_id}"
        known = [message for message in self.sent if message.chat_id == chat_id]
        under = message_id or known[-1].message_id
        date = 1_790_000_000 if any(message.message_id == under for message in known) else 0
        query = {
            "id": press,
            "from": _user(chat_id, language),
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": under, "date": date, "chat": {"id": chat_id, "type": "private"}},
        }
        await self._add_update({"update_id": self._last_update_id, "callback_query": query})
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: press in self.notices)
        return self.notices[press]

    async def choose(self, chat_id: int, label: str) -> str:
        """Presses the button with that label under the latest message; gives the notice."""
        return await self.press(chat_id, self.latest(chat_id).buttons[label])

    def latest(self, chat_id: int) -> SentMessage:
        return [message for message in self.sent if message.chat_id == chat_id][-1]

    async def repeat_last_update(self) -> None:
        """Delivers the latest update once more under its own id, as Telegram does when a confirmation was lost."""
        await self._add_update(self._updates[-1])

    async def messages(self, chat_id: int, count: int = 1) -> list[str]:
        """What the chat shows from the bot, as soon as there are that many messages."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.texts(chat_id)) >= count)
        return self.texts(chat_id)

    async def ask(self, chat_id: int, text: str, language: str = "en") -> str:
        """Writes, and gives the bot's next message in that chat."""
        before = len(self.texts(chat_id))
        await self.write(chat_id, text, language=language)
        return (await self.messages(chat_id, before + 1))[before]

    def texts(self, chat_id: int) -> list[str]:
        return [message.text for message in self.sent if message.chat_id == chat_id]

    def fail_next(self, method: str, *failures: Failure) -> None:
        """The next calls of the method fail like this, one by one."""
        self._failures[method.lower()].extend(failures)

    def failures_left(self, method: str) -> int:
        return len(self._failures[method.lower()])

    def block(self, chat_id: int) -> None:
        """The user blocks the bot; writing again lifts it."""
        self._blocked.add(chat_id)

    async def calls_of(self, method: str, count: int) -> None:
        """Waits until the method has been called that often."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self.calls.count(method.lower()) >= count)

    async def _add_update(self, update: dict[str, Any]) -> None:
        [content] = [update[kind] for kind in ("message", "callback_query") if kind in update]
        self._blocked.discard(content["from"]["id"])
        async with self._changed:
            self._updates.append(update)
            self._changed.notify_all()

    async def handle(self, request: web.Request) -> web.Response:
        """What was read is done, even if who asked is gone; nobody waits for updates without being there."""
        name = request.match_info["method"].lower()
        arguments = {key: str(value) for key, value in (await request.post()).items()}
        doing = asyncio.ensure_future(self._do(request, name, arguments))
        return await (doing if name == "getupdates" else asyncio.shield(doing))

    async def _do(self, request: web.Request, name: str, arguments: dict[str, str]) -> web.Response:
        await self._note_call(name)
        method = self._methods().get(name)
        if request.match_info["token"] != TOKEN:
            return _refusal(Failure(401, "Unauthorized"))
        if method is None:
            return _refusal(Failure(404, "Not Found: method not found"))
        if self._failures[name]:
            failure = self._failures[name].popleft()
            if failure.after_doing_it:
                await method(arguments)
            return _refusal(failure)
        result = await method(arguments)
        return _refusal(result) if isinstance(result, Failure) else web.json_response({"ok": True, "result": result})

    async def _note_call(self, name: str) -> None:
        async with self._changed:
            self.calls.append(name)
            self._changed.notify_all()

    def _methods(self) -> dict[str, Method]:
        return {
            "getme": self._get_me,
            "getupdates": self._get_updates,
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_message_text,
            "answercallbackquery": self._answer_callback_query,
            "setmycommands": self._set_my_commands,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
        }

    async def _get_me(self, _: dict[str, str]) -> dict[str, Any]:
        return _BOT

    async def _set_webhook(self, arguments: dict[str, str]) -> bool:
        self.webhook = Webhook(arguments["url"], arguments.get("secret_token", ""))
        return True

    async def _delete_webhook(self, _: dict[str, str]) -> bool:
        self.webhook = None
        return True

    async def _set_my_commands(self, arguments: dict[str, str]) -> bool:
        self.commands[arguments.get("language_code", "")] = json.loads(arguments["commands"])
        return True

    async def _answer_callback_query(self, arguments: dict[str, str]) -> bool | Failure:
        notice = arguments.get("text", "")
        if len(notice) > 200:
            return Failure(400, "Bad Request: MESSAGE_TOO_LONG")
        async with self._changed:
            self.notices[arguments["callback_query_id"]] = notice
            self._changed.notify_all()
        return True

    async def _get_updates(self, arguments: dict[str, str]) -> list[dict[str, Any]] | Failure:
        if self.webhook:
            return Failure(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(arguments.get("offset", 0))
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        try:
            async with asyncio.timeout(float(arguments.get("timeout", 0))), self._changed:
                await self._changed.wait_for(lambda: bool(self._updates))
        except TimeoutError:
            return []
        return list(self._updates)[: int(arguments.get("limit", 100))]

    async def _send_message(self, arguments: dict[str, str]) -> dict[str, Any] | Failure:
        written = self._written(len(self.sent) + 1, arguments)
        if isinstance(written, Failure):
            return written
        async with self._changed:
            self.sent.append(written)
            self._changed.notify_all()
        await asyncio.sleep(self.slow_seconds)
        return _shown(written)

    async def _edit_message_text(self, arguments: dict[str, str]) -> dict[str, Any] | Failure:
        message_id = int(arguments["message_id"])
        written = self._written(message_id, arguments)
        if isinstance(written, Failure):
            return written
        if not 1 <= message_id <= len(self.sent) or self.sent[message_id - 1].chat_id != written.chat_id:
            return Failure(400, "Bad Request: message to edit not found")
        before = self.sent[message_id - 1]
        if (before.text, before.reply_markup) == (written.text, written.reply_markup):
            return Failure(400, "Bad Request: message is not modified")
        self.sent[message_id - 1] = written
        return _shown(written)

    def _written(self, message_id: int, arguments: dict[str, str]) -> SentMessage | Failure:
        chat_id, text = int(arguments["chat_id"]), arguments["text"]
        if chat_id in self._blocked:
            return Failure(403, "Forbidden: bot was blocked by the user")
        if arguments.get("parse_mode") == "HTML":
            try:
                text = read_html(text)
            except NotHtml as error:
                return Failure(400, f"Bad Request: can't parse entities: {error}")
        if not text or len(text) > 4096:
            return Failure(400, "Bad Request: message is too long")
        markup = json.loads(arguments["reply_markup"]) if "reply_markup" in arguments else None
        message = SentMessage(message_id, chat_id, text, markup, asyncio.get_running_loop().time())
        if any(not 1 <= len(data.encode()) <= 64 for data in message.buttons.values()):
            return Failure(400, "Bad Request: BUTTON_DATA_INVALID")
        return message


def _shown(message: SentMessage) -> dict[str, Any]:
    chat = {"id": message.chat_id, "type": "private"}
    return {"message_id": message.message_id, "date": 1_790_000_000, "chat": chat, "from": _BOT, "text": message.text}


def _user(chat_id: int, language: str) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "Somebody", "language_code": language}


def _entities(text: str) -> list[dict[str, Any]]:
    if not text.startswith("/"):
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]


def _refusal(failure: Failure) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": failure.status, "description": failure.description}
    if failure.retry_after_seconds is not None:
        answer["parameters"] = {"retry_after": failure.retry_after_seconds}
    return web.json_response(answer, status=failure.status)


@asynccontextmanager
async def serving_bot_api() -> AsyncIterator[BotApi]:
    api, app = BotApi(), web.Application()
    app.router.add_post("/bot{token}/{method}", api.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield api
    finally:
        await runner.cleanup()
