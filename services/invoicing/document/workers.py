"""Warm wkhtmltopdf processes: a page costs a tenth of what a process per page costs.

`wkhtmltopdf --read-args-from-stdin` draws one document per line of arguments and says "Done" on its standard error.
A worker serves one document at a time; one that crashes, hangs or says anything else is killed and costs that
document only. Workers run in a private folder, know files by random names, and end when their standard input does,
also when this process is killed.
"""

import asyncio
import contextlib
import os
import secrets
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from services.invoicing.document.options import Renderer, RendererMissing
from shared.errors import NivaaError

DOCUMENTS_PER_PROCESS = 500
"""A process grows by about 50 kB per document."""
TIMEOUT_SECONDS = 20.0


class RenderingFailed(NivaaError):
    """This document could not be drawn; the message says why, for an operator."""


@dataclass(frozen=True, slots=True)
class PoolLimits:
    processes: int = 2
    documents_per_process: int = DOCUMENTS_PER_PROCESS
    timeout_seconds: float = TIMEOUT_SECONDS


class RendererPool:
    """An async context manager; `draw` may be called from any number of tasks."""

    def __init__(self, renderer: Renderer, limits: PoolLimits | None = None) -> None:
        self._renderer = renderer
        self._limits = limits or PoolLimits()
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="nivaa-invoices-", ignore_cleanup_errors=True)
        self._workers = [_Worker(self._renderer, Path(self._folder.name)) for _ in range(self._limits.processes)]
        for worker in self._workers:
            self._idle.put_nowait(worker)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            await worker.stop()
        self._folder.cleanup()

    async def draw(self, html: str) -> bytes:
        """The raw PDF. Raises RenderingFailed."""
        async with self._borrowed() as worker:
            return await worker.draw(html, self._limits.timeout_seconds)

    @contextlib.asynccontextmanager
    async def _borrowed(self) -> AsyncIterator["_Worker"]:
        worker = await self._idle.get()
        try:
            yield worker
        except BaseException:  # whatever state it is in, nobody else shall meet it
            worker.kill()
            raise
        finally:
            if worker.documents >= self._limits.documents_per_process:
                worker.kill()
            self._idle.put_nowait(worker)


class _Worker:
    """One process, started when it is first needed and again after it was killed."""

    def __init__(self, renderer: Renderer, folder: Path) -> None:
        self._renderer = renderer
        self._folder = folder
        self._process: Process | None = None
        self._killed: list[Process] = []
        self.documents = 0

    async def draw(self, html: str, timeout_seconds: float) -> bytes:
        name = secrets.token_hex(16)
        page, pdf = self._folder / f"{name}.html", self._folder / f"{name}.pdf"
        try:
            page.write_text(html, encoding="utf-8", errors="replace")
            async with asyncio.timeout(timeout_seconds):
                await self._run(page.name, pdf.name)
            return _whole(pdf)
        except TimeoutError:
            raise RenderingFailed(f"not drawn within {timeout_seconds:g} seconds") from None
        finally:
            page.unlink(missing_ok=True)
            pdf.unlink(missing_ok=True)

    async def _run(self, page: str, pdf: str) -> None:
        process = await self._started()
        self.documents += 1
        line = " ".join((*self._renderer.arguments, page, pdf))
        with contextlib.suppress(ConnectionError):  # a dead process says so by the end of its standard error
            _input(process).write(line.encode() + b"\n")
            await _input(process).drain()
        await _until_done(process)

    async def _started(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self.documents = 0
            self._process = await self._start()
        return self._process

    async def _start(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._renderer.binary,
                "--read-args-from-stdin",
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=PIPE,
                cwd=self._folder,
                env=_environment(self._folder),
                start_new_session=True,  # Ctrl-C is ours to answer; the worker ends with its standard input
            )
        except FileNotFoundError:
            raise RendererMissing(f"{self._renderer.binary} is gone") from None

    def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._killed = [each for each in (*self._killed, self._process) if each.returncode is None]
        self._process = None

    async def stop(self) -> None:
        """Every process that was ever killed has ended when this returns."""
        self.kill()
        for process in self._killed:
            await process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours is passed on; Qt's hash seed is fixed, for it decides the order of the objects in a PDF."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_HASH_SEED": "0",
    }


def _input(process: Process) -> asyncio.StreamWriter:
    assert process.stdin is not None  # noqa: S101 -- opened with a pipe
    return process.stdin


async def _until_done(process: Process) -> None:
    assert process.stderr is not None  # noqa: S101 -- opened with a pipe
    said = b""
    while not _finished(said):
        chunk = await process.stderr.read(4096)
        if not chunk:
            raise RenderingFailed(f"the renderer died: {_last_words(said)}")
        said += chunk
    if b"Exit with code" in said:
        raise RenderingFailed(f"the renderer refused: {_last_words(said)}")


def _finished(said: bytes) -> bool:
    return b"Done" in said or b"Exit with code" in said


def _last_words(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-300:] or "without a word"


def _whole(pdf: Path) -> bytes:
    content = pdf.read_bytes() if pdf.exists() else b""
    if not content.startswith(b"%PDF") or b"%%EOF" not in content[-32:]:
        raise RenderingFailed("the renderer wrote no whole PDF")
    return content
