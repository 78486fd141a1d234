"""A real HTTP server that speaks S3, in a thread of the test run, and buckets in it."""

from collections.abc import Mapping
from functools import cache

import aiohttp
from moto.server import ThreadedMotoServer

from tests.servers.apart import run_apart

CREDENTIALS: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""For the environment of whoever talks to it."""


@cache
def s3_endpoint() -> str:
    """Ends with the run."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def new_bucket(name: str) -> str:
    """The file store's URL of a bucket, which is made if it is not there yet."""
    run_apart(_make_bucket(name))
    return f"s3://{name}?endpoint={s3_endpoint()}&region=us-east-1"


async def _make_bucket(name: str) -> None:
    async with aiohttp.ClientSession(s3_endpoint()) as http, http.put(f"/{name}") as response:
        response.raise_for_status()
