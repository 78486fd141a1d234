"""A bucket as a file store: Cloudflare R2, or anything else that speaks S3."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import aioboto3
import aiohttp
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError
from starlette.routing import Route

from shared.files.s3_location import S3Location
from shared.files.store import (
    FileExists,
    FileMissing,
    FileStoreUnavailable,
    StoredFile,
    checked_key,
    content_disposition,
)

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_ATTEMPTS = 3
_PATIENCE_SECONDS = 30.0
"""With one request, all its attempts together. The client's own time-outs begin when an upload's body is sent, and
wait without end for the server's leave to send it."""

# R2 refuses the checksums that newer clients send unasked, so only required ones are sent.
_CONFIG = AioConfig(
    signature_version="s3v4",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"addressing_style": "path"},
    max_pool_connections=32,
    connect_timeout=5,
    read_timeout=10,
    retries={"max_attempts": _ATTEMPTS, "mode": "standard"},
)


class S3Store:
    """Objects of one bucket."""

    routes: Sequence[Route] = ()

    def __init__(self, client: "S3Client", signer: "S3Client", bucket: str) -> None:
        self._client = client
        self._signer = signer
        self._bucket = bucket

    @classmethod
    @asynccontextmanager
    async def open(cls, location: S3Location) -> AsyncIterator["S3Store"]:
        """Keeps its clients: making one costs a hundred times a request's own work."""
        session = aioboto3.Session(region_name=location.region)
        async with AsyncExitStack() as stack:

            async def connect(endpoint: str | None) -> "S3Client":
                return await stack.enter_async_context(session.client("s3", endpoint_url=endpoint, config=_CONFIG))

            client = await connect(location.endpoint)
            # A link's signature covers its host, so that it cannot be put on afterwards.
            signer = await connect(location.links) if location.links else client
            yield cls(client, signer, location.bucket)

    async def put_if_absent(self, key: str, content: bytes, media_type: str) -> StoredFile:
        if not await self._written(checked_key(key), content, media_type) and await self.read(key) != content:
            raise FileExists(key)
        return StoredFile.of(key, content)

    async def _written(self, key: str, content: bytes, media_type: str) -> bool:
        """False when the key was taken. A conflict means that another upload of it is under way: look again."""
        for _ in range(_ATTEMPTS):
            try:
                async with _unavailable_unless("PreconditionFailed", "ConditionalRequestConflict"):
                    await self._client.put_object(
                        Bucket=self._bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*"
                    )
            except ClientError as error:
                if _code(error) == "PreconditionFailed":
                    return False
            else:
                return True
        raise FileStoreUnavailable(f"{key}: another upload of it does not end")

    async def read(self, key: str) -> bytes:
        try:
            async with _unavailable_unless("NoSuchKey"):
                found = await self._client.get_object(Bucket=self._bucket, Key=checked_key(key))
                async with found["Body"] as body:
                    return await body.read()
        except ClientError:
            raise FileMissing(key) from None

    async def link(self, key: str, lifetime: timedelta, download_name: str, reader: str = "") -> str:  # noqa: ARG002
        return await self._signer.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": checked_key(key),
                "ResponseContentDisposition": content_disposition(download_name),
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )

    async def check(self) -> None:
        async with _unavailable_unless():
            await self._client.head_bucket(Bucket=self._bucket)


@asynccontextmanager
async def _unavailable_unless(*expected: str) -> AsyncIterator[None]:
    """Lets refusals with an expected code through as they are; everything else is the store's failure."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            yield
    except ClientError as error:
        if _code(error) in expected:
            raise
        raise FileStoreUnavailable(f"the bucket answered {_code(error)}") from error
    except (BotoCoreError, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise FileStoreUnavailable("the bucket does not answer") from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
