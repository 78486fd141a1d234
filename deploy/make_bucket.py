"""`python -m deploy.make_bucket`: makes the bucket that NIVAA_FILES_URL names, unless it is there."""

import asyncio
from urllib.parse import urlsplit

import aioboto3
from botocore.exceptions import ClientError

from shared.files.s3_location import s3_location
from shared.runtime.settings import Settings, load_settings

_THERE_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


async def make_bucket(url: str) -> None:
    location = s3_location(urlsplit(url))
    session = aioboto3.Session(region_name=location.region)
    async with session.client("s3", endpoint_url=location.endpoint) as client:
        try:
            await client.create_bucket(Bucket=location.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _THERE_ALREADY:
                raise


if __name__ == "__main__":
    asyncio.run(make_bucket(load_settings(Settings).files))
