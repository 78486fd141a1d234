"""Files that are written once: whole or not at all, durable, never overwritten."""

import os
from pathlib import Path
from uuid import uuid4


def write_once(path: Path, content: bytes, mode: int = 0o644) -> bool:
    """Puts the file in place and returns True, or leaves the one already there alone and returns False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        _write_durably(temporary, content, mode)
        os.link(temporary, path)  # unlike a rename, refuses to replace
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    _make_entry_durable(path)
    return True


def _write_durably(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_entry_durable(path: Path) -> None:
    """The file's own fsync does not cover its name in the folder."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
