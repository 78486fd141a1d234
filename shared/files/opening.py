"""Opens the file store that a URL names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.files.folder import FolderStore
from shared.files.s3_location import s3_location
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
        from shared.files.s3 import S3Store  # noqa: PLC0415 - it loads 20 MB, of which a folder has no need

        async with S3Store.open(s3_location(parts)) as store:
            yield store
    else:
        raise ValueError(f"a file store's URL starts with folder:// or s3://, not {parts.scheme!r}")
