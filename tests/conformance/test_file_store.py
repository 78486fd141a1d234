"""What every file store promises, held against each of them: a folder, and a bucket behind a real S3 server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from socket import IPPROTO_TCP, SOCK_STREAM, create_server, socket

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from aiobotocore.config import AioConfig
from moto.core.authorization import enable_iam_authentication
from starlette.applications import Starlette
from yarl import URL

from shared.files import s3
from shared.files.opening import open_file_store
from shared.files.store import FileExists, FileMissing, FileStore, FileStoreUnavailable, InvalidKey
from tests.eventually import eventually
from tests.servers.bucket import CREDENTIALS, S3Server, allowed_user, shared_s3

KEY = "invoices/2026-10/NV-2627-000123.pdf"
PDF = "application/pdf"
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def served(store: FileStore) -> AsyncIterator[str]:
    """Serves a store's own routes as a host does; gives the address that its relative links are relative to."""
    app = Starlette(routes=list(store.routes))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    with socket(type=SOCK_STREAM, proto=IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@pytest.fixture(params=["folder", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def s3_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def url(kind: str, tmp_path: Path, s3_credentials: None) -> str:  # noqa: ARG001 - it is the environment that counts
    if kind == "folder":
        return f"folder://{tmp_path}/files"
    return shared_s3().make_bucket(bucket_name(tmp_path))


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[FileStore]:
    async with open_file_store(url) as opened:
        yield opened


@asynccontextmanager
async def followed(store: FileStore, link: str) -> AsyncIterator[aiohttp.ClientResponse]:
    async with (
        served(store) as base,
        aiohttp.ClientSession(base) as http,
        http.get(URL(link, encoded=True)) as response,
    ):
        yield response


async def test_what_was_put_is_read(store: FileStore) -> None:
    stored = await store.put_if_absent(KEY, b"%PDF one", PDF)
    assert stored.key == KEY
    assert stored.size_bytes == 8
    assert stored.sha256 == "dd4d31b708b2c66f787349c75673d184951df3cdffe3a8cf9b9554002244300a"
    assert await store.read(KEY) == b"%PDF one"


async def test_the_same_again_changes_nothing_and_other_content_is_refused(store: FileStore) -> None:
    first = await store.put_if_absent(KEY, b"one", PDF)
    assert await store.put_if_absent(KEY, b"one", PDF) == first
    with pytest.raises(FileExists):
        await store.put_if_absent(KEY, b"two", PDF)
    assert await store.read(KEY) == b"one"


async def test_of_many_writers_at_once_exactly_one_wins(store: FileStore) -> None:
    contents = [b"writer %d" % n for n in range(8)]
    outcomes = await asyncio.gather(
        *(store.put_if_absent(KEY, content, PDF) for content in contents), return_exceptions=True
    )
    winners = [
        content for content, outcome in zip(contents, outcomes, strict=True) if not isinstance(outcome, Exception)
    ]
    assert winners == [await store.read(KEY)]
    assert sum(isinstance(outcome, FileExists) for outcome in outcomes) == 7


async def test_a_stored_file_outlives_the_store(url: str) -> None:
    async with open_file_store(url) as first:
        await first.put_if_absent(KEY, b"kept", PDF)
    async with open_file_store(url) as second:
        assert await second.read(KEY) == b"kept"


async def test_what_is_not_there_is_missing(store: FileStore) -> None:
    with pytest.raises(FileMissing):
        await store.read(KEY)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../secret",
        "a/../../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.link-secret",
        "a\\b",
        "ä",
        "a\nb",
        "a?b",
        "x" * 513,
    ],
)
async def test_no_key_leads_astray(store: FileStore, key: str) -> None:
    with pytest.raises(InvalidKey):
        await store.put_if_absent(key, b"", PDF)
    with pytest.raises(InvalidKey):
        await store.read(key)
    with pytest.raises(InvalidKey):
        await store.link(key, MINUTE, "name.pdf")


async def test_a_link_downloads_the_file_under_its_name(store: FileStore) -> None:
    await store.put_if_absent(KEY, b"%PDF-1.4", PDF)
    async with followed(store, await store.link(KEY, MINUTE, "बिल आशा.pdf")) as response:
        assert response.status == 200
        assert await response.read() == b"%PDF-1.4"
        assert response.content_type == PDF
        disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%E0%A4%AC%E0%A4%BF%E0%A4%B2%20%E0%A4%86%E0%A4%B6%E0%A4%BE.pdf" in disposition


async def test_a_link_ends(store: FileStore) -> None:
    await store.put_if_absent(KEY, b"mine", PDF)
    brief = await store.link(KEY, timedelta(seconds=1), "mine.pdf")
    lasting = await store.link(KEY, MINUTE, "mine.pdf")

    async def has_ended() -> bool:
        async with followed(store, brief) as response:
            return response.status == 403

    await eventually(has_ended)
    async with followed(store, lasting) as response:
        assert response.status == 200


async def test_a_store_in_use_says_so(store: FileStore) -> None:
    await store.check()


async def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match=r"folder:// or s3://"):
        async with open_file_store("ftp://files"):
            pass


class TestFolder:
    """What only a folder has: it serves its links itself."""

    @pytest.fixture
    def kind(self) -> str:
        return "folder"

    @pytest.mark.parametrize("part", ["expires", "name", "signature", "key", "nothing signed"])
    async def test_a_link_that_was_changed_opens_nothing(self, store: FileStore, part: str) -> None:
        await store.put_if_absent(KEY, b"mine", PDF)
        await store.put_if_absent("theirs.pdf", b"theirs", PDF)
        link = URL(await store.link(KEY, MINUTE, "mine.pdf"))
        signature = link.query["signature"]
        forged = {
            "expires": link.update_query(expires=link.query["expires"] + "0"),
            "name": link.update_query(name="other.pdf"),
            "signature": link.update_query(signature=signature[:-1] + ("1" if signature.endswith("0") else "0")),
            "key": link.with_path("/files/theirs.pdf", keep_query=True),
            "nothing signed": link.with_query({}),
        }[part]
        async with followed(store, str(forged)) as response:
            assert response.status == 403
            assert await response.read() not in {b"mine", b"theirs"}

    async def test_a_link_to_what_is_not_there_finds_nothing(self, store: FileStore) -> None:
        async with followed(store, await store.link(KEY, MINUTE, "mine.pdf")) as response:
            assert response.status == 404

    async def test_what_it_serves_is_private_and_taken_for_what_it_is(self, store: FileStore) -> None:
        await store.put_if_absent(KEY, b"mine", PDF)
        async with followed(store, await store.link(KEY, MINUTE, "mine.pdf")) as response:
            assert response.headers["Cache-Control"].startswith("private")
            assert response.headers["X-Content-Type-Options"] == "nosniff"

    async def test_links_stay_good_over_a_restart(self, url: str) -> None:
        async with open_file_store(url) as before:
            await before.put_if_absent(KEY, b"mine", PDF)
            link = await before.link(KEY, MINUTE, "mine.pdf")
        async with open_file_store(url) as after, followed(after, link) as response:
            assert response.status == 200

    async def test_the_secret_is_its_owners_alone_and_nothing_is_left_lying_about(
        self, store: FileStore, tmp_path: Path
    ) -> None:
        await store.put_if_absent(KEY, b"mine", PDF)
        with pytest.raises(FileExists):
            await store.put_if_absent(KEY, b"other", PDF)
        files = {path.name: path for path in (tmp_path / "files").rglob("*") if path.is_file()}
        assert files.keys() == {".link-secret", "NV-2627-000123.pdf"}
        assert files[".link-secret"].stat().st_mode & 0o777 == 0o600

    async def test_a_folder_that_is_gone_is_unavailable(self, store: FileStore, tmp_path: Path) -> None:
        (tmp_path / "files").rename(tmp_path / "gone")
        with pytest.raises(FileStoreUnavailable):
            await store.check()


class TestBucket:
    """What only a bucket has: a network between."""

    @pytest.fixture
    def kind(self) -> str:
        return "s3"

    @pytest.mark.usefixtures("s3_credentials")
    async def test_a_bucket_that_does_not_exist_is_unavailable(self) -> None:
        async with open_file_store(shared_s3().url("nowhere")) as store:
            with pytest.raises(FileStoreUnavailable):
                await store.check()
            with pytest.raises(FileStoreUnavailable):
                await store.put_if_absent(KEY, b"one", PDF)
            with pytest.raises(FileStoreUnavailable):
                await store.read(KEY)

    async def test_links_lead_to_where_readers_reach_the_bucket(self, url: str) -> None:
        endpoint = endpoint_of(url)
        async with open_file_store(f"{url}&links={endpoint.replace('127.0.0.1', 'localhost')}") as store:
            await store.put_if_absent(KEY, b"%PDF", PDF)
            link = await store.link(KEY, MINUTE, "name.pdf")
            assert URL(link).host == "localhost"
            async with followed(store, link) as response:
                assert await response.read() == b"%PDF"

    @pytest.mark.usefixtures("s3_credentials")
    async def test_a_server_that_is_not_there_is_unavailable(self) -> None:
        with socket(type=SOCK_STREAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            async with open_file_store(f"s3://files?endpoint=http://127.0.0.1:{deaf.getsockname()[1]}") as store:
                with pytest.raises(FileStoreUnavailable):
                    await store.check()

    async def test_wrong_credentials_open_nothing(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        key_id, secret = await allowed_user(endpoint_of(url))
        with enable_iam_authentication():
            for credentials in ((key_id, "wrong"), ("nobody", secret)):
                use(monkeypatch, *credentials)
                async with open_file_store(url) as store:
                    with pytest.raises(FileStoreUnavailable):
                        await store.check()
                    with pytest.raises(FileStoreUnavailable):
                        await store.put_if_absent(KEY, b"one", PDF)
            use(monkeypatch, key_id, secret)
            async with open_file_store(url) as store:
                await store.check()
                await store.put_if_absent(KEY, b"one", PDF)
                assert await store.read(KEY) == b"one"

    @pytest.mark.parametrize("url", ["s3://", "s3://bucket/prefix", "s3://bucket?endpont=http://x"])
    async def test_a_url_that_is_not_understood_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"an S3 store's URL is like"):
            async with open_file_store(url):
                pass


class TestTroubledBucket:
    """A server with which something is wrong, and then no more."""

    @pytest.fixture
    def server(self) -> Iterator[S3Server]:
        server = S3Server()
        yield server
        server.stop()

    @pytest.fixture
    def url(self, server: S3Server, tmp_path: Path, s3_credentials: None) -> str:  # noqa: ARG002 - as above
        return server.make_bucket(bucket_name(tmp_path))

    @pytest.fixture(autouse=True)
    def few_attempts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        few = AioConfig(retries={"total_max_attempts": 2, "mode": "standard"})
        monkeypatch.setattr(s3, "_CONFIG", s3._CONFIG.merge(few))

    @pytest.fixture(params=["it answers 500", "it does not answer"])
    def trouble(
        self, request: pytest.FixtureRequest, server: S3Server, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[bool], None]:
        """Begins with True and ends with False."""
        if request.param == "it answers 500":
            return partial(setattr, server, "failing")
        usual = s3._PATIENCE_SECONDS

        def hold(begins: bool) -> None:
            monkeypatch.setattr(s3, "_PATIENCE_SECONDS", 0.5 if begins else usual)
            (server.answering.clear if begins else server.answering.set)()

        return hold

    async def test_it_is_unavailable_and_then_takes_what_it_was_given(
        self, store: FileStore, trouble: Callable[[bool], None]
    ) -> None:
        await store.put_if_absent("before.pdf", b"before", PDF)
        trouble(True)
        for asked in (store.check(), store.put_if_absent(KEY, b"one", PDF), store.read("before.pdf")):
            with pytest.raises(FileStoreUnavailable):
                await asked
        trouble(False)
        await store.check()
        await store.put_if_absent(KEY, b"one", PDF)
        assert await store.read(KEY) == b"one"

    async def test_what_was_stored_without_an_answer_is_stored(
        self, store: FileStore, server: S3Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server did what it was asked when nobody waited for the answer any more."""
        server.answering.clear()
        with monkeypatch.context() as impatient:
            impatient.setattr(s3, "_PATIENCE_SECONDS", 0.5)
            with pytest.raises(FileStoreUnavailable):
                await store.put_if_absent(KEY, b"one", PDF)
        server.answering.set()
        await eventually(lambda: any(asked.path.endswith(KEY) for asked in server.asked))
        await store.put_if_absent(KEY, b"one", PDF)
        with pytest.raises(FileExists):
            await store.put_if_absent(KEY, b"two", PDF)

    @pytest.mark.usefixtures("s3_credentials")
    async def test_a_server_that_only_accepts_connections_holds_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not even an upload, which waits for the server's leave before it sends its body."""
        monkeypatch.setattr(s3, "_PATIENCE_SECONDS", 0.5)
        with create_server(("127.0.0.1", 0)) as deaf:
            url = f"s3://files?endpoint=http://127.0.0.1:{deaf.getsockname()[1]}"
            async with open_file_store(url) as store:
                with pytest.raises(FileStoreUnavailable):
                    await store.put_if_absent(KEY, b"one", PDF)

    async def test_half_of_a_file_is_none(self, store: FileStore, server: S3Server) -> None:
        await store.put_if_absent(KEY, b"%PDF one", PDF)
        server.cutting_bodies = True
        with pytest.raises(FileStoreUnavailable):
            await store.read(KEY)

    async def test_nothing_is_sent_that_r2_refuses(self, store: FileStore, server: S3Server) -> None:
        """It knows no checksums that were not asked for."""
        await store.put_if_absent(KEY, b"one", PDF)
        (put,) = [asked for asked in server.asked if asked.path.endswith(KEY)]
        assert "if-none-match" in put.headers
        assert [name for name in put.headers if "checksum" in name or "trailer" in name] == []


def use(monkeypatch: pytest.MonkeyPatch, key_id: str, secret: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)


def endpoint_of(url: str) -> str:
    return URL(url).query["endpoint"]


def bucket_name(folder: Path) -> str:
    return folder.name.replace("_", "-")[:60].strip("-").lower()
