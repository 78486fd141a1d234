"""The dependency audit, against a server of OSV's protocol on loopback."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

ADVISORY = {
    "schema_version": "1.4.0",
    "id": "PYSEC-2014-8",
    "summary": "a bytecode cache that others may write to",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "jinja2"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.7.2"}]}],
        }
    ],
}


@contextmanager
def osv(status: int = 200) -> Iterator[str]:
    app = Flask("osv")

    @app.post("/v1/query")
    def query() -> tuple[dict[str, Any], int]:
        asked = request.get_json(force=True)
        is_known = (asked["package"]["name"], asked["version"]) == ("jinja2", "2.4.1")
        return ({"vulns": [ADVISORY]} if is_known else {}), status

    server = make_server("127.0.0.1", 0, app)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.port}/v1/query"
    finally:
        server.shutdown()
        serving.join()


def audit(folder: Path, requirement: str, url: str, **settings: str) -> subprocess.CompletedProcess[str]:
    lock = folder / "some.lock"
    lock.write_text(f"{requirement} --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "-m", "tools.audit", str(lock)]
    environment = {"AUDIT_OSV_URL": url, "PATH": "", "HOME": str(folder), **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_known_vulnerability_ends_the_build(tmp_path: Path) -> None:
    with osv() as url:
        done = audit(tmp_path, "jinja2==2.4.1", url)
    assert done.returncode == 1
    assert "jinja2 2.4.1: PYSEC-2014-8, fixed in 2.7.2: a bytecode cache that others may write to" in done.stderr


def test_what_nobody_warns_of_does_not(tmp_path: Path) -> None:
    with osv() as url:
        done = audit(tmp_path, "jinja2==3.1.6", url)
    assert (done.returncode, "1 packages audited, 0 not, 0 advisories" in done.stderr) == (0, True)


@pytest.mark.parametrize(("must_answer", "status"), [("", 0), ("1", 1)])
def test_without_a_way_to_the_advisories_it_says_so(tmp_path: Path, must_answer: str, status: int) -> None:
    done = audit(tmp_path, "jinja2==2.4.1", "http://127.0.0.1:9/v1/query", AUDIT_MUST_ANSWER=must_answer)
    assert done.returncode == status
    assert "could not be asked" in done.stderr
    assert "Nothing of some.lock was audited." in done.stderr


def test_a_server_in_trouble_is_none(tmp_path: Path) -> None:
    with osv(status=503) as url:
        done = audit(tmp_path, "jinja2==2.4.1", url)
    assert (done.returncode, "could not be asked" in done.stderr) == (0, True)
