"""Opens the file store that a URL names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from shared.files.folder import FolderStore
from shared.files.s3 import S3Location, S3Store
from shared.files.store import FileStore


@asynccontextmanager
async def open_file_store(url: str) -> AsyncIterator[FileStore]:
    """`folder:///var/lib/nivaa/files`, `folder://data/files` below the current folder, or
    `s3://bucket?endpoint=https://account.r2.cloudflarestorage.com&region=auto`, where `&links=http://...` is the
    endpoint for links if readers reach the bucket by another one. Raises ValueError for others."""
    parts = urlsplit(url)
    if parts.scheme == "folder":
        yield FolderStore.open(Path(unquote(parts.netloc + parts.path)))
    elif parts.scheme == "s3":
        async with S3Store.open(s3_location(parts)) as store:
            yield store
    else:
        raise ValueError(f"a file store's URL starts with folder:// or s3://, not {parts.scheme!r}")


def s3_location(parts: SplitResult) -> S3Location:
    options = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    unknown = options.keys() - {"endpoint", "links", "region"}
    if unknown or not parts.hostname or parts.path.strip("/"):
        raise ValueError("an S3 store's URL is like s3://bucket?endpoint=https://host&region=auto")
    return S3Location(parts.netloc, options.get("endpoint"), options.get("region", "auto"), options.get("links"))
