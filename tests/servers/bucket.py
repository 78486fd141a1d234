"""A real HTTP server that speaks S3, in threads of the test run, and buckets in it."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import aioboto3
import aiohttp
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tests.servers.apart import run_apart

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CREDENTIALS: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""For the environment of whoever talks to it."""

_WITHIN_SECONDS = 10

logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request says nothing about a failed test


@dataclass(frozen=True)
class Asked:
    """A request that moto was asked to answer; `headers` are their names."""

    method: str
    path: str
    headers: frozenset[str]


class S3Server:
    """moto behind a front that can be told to fail or to dawdle. All of them in one process have the same buckets.

    `answering` is cleared to keep answers back until it is set again. Links end as S3 ends them, which moto leaves out.
    """

    def __init__(self) -> None:
        self.failing = False
        self.cutting_bodies = False
        self.answering = Event()
        self.answering.set()
        self.asked: list[Asked] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=MotoRequestHandler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def url(self, bucket: str) -> str:
        """The file store's URL of a bucket that is there."""
        return f"s3://{bucket}?endpoint={self.endpoint}&region=us-east-1"

    def make_bucket(self, name: str) -> str:
        """The file store's URL of a bucket, which is made if it is not there yet."""
        run_apart(_put(f"{self.endpoint}/{name}"))
        return self.url(name)

    def stop(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_WITHIN_SECONDS)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.answering.wait()
        if self.failing:
            return _refusal("500 Internal Server Error", "InternalError", start_response)
        if _has_ended(parse_qs(environ.get("QUERY_STRING", ""))):
            return _refusal("403 Forbidden", "AccessDenied", start_response)
        headers = {name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_")}
        self.asked.append(Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], frozenset(headers)))
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return (part[:-1] for part in answer) if self.cutting_bodies else answer


def _has_ended(query: Mapping[str, list[str]]) -> bool:
    """Whether it is a signed link whose time is over."""
    if "X-Amz-Expires" not in query:
        return False
    signed_at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) > signed_at + timedelta(seconds=int(query["X-Amz-Expires"][0]))


def _refusal(status: str, code: str, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code></Error>".encode()]


async def _put(address: str) -> None:
    async with aiohttp.ClientSession() as http, http.put(address) as response:
        response.raise_for_status()


@cache
def shared_s3() -> S3Server:
    """One for the whole run, for those who never disturb it."""
    return S3Server()


async def allowed_user(endpoint: str) -> tuple[str, str]:
    """The credentials of one who may do everything with S3."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    async with aioboto3.Session().client("iam", endpoint_url=endpoint, region_name="us-east-1") as iam:
        await iam.create_user(UserName="nivaa")
        await iam.put_user_policy(UserName="nivaa", PolicyName="files", PolicyDocument=json.dumps(policy))
        key = (await iam.create_access_key(UserName="nivaa"))["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
