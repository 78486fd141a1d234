"""A real OpenID Connect provider in a process of its own: tools/provider, on node."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

FOLDER = Path(__file__).parents[2] / "tools" / "provider"
NODE = shutil.which("node")
CLIENT = "nivaa-pages"


@dataclass(frozen=True)
class Serving:
    issuer: str
    key: ECKey


@contextmanager
def serving_provider(port: int, pages: str, people: Mapping[str, Mapping[str, str]]) -> Iterator[Serving]:
    """`pages` is the address that people are led back to; `people` are claims by login."""
    if NODE is None or not (FOLDER / "node_modules").exists():
        pytest.skip("no identity provider: it needs node, and `make tools/provider/node_modules`")
    key = ECKey.generate_key("P-256", auto_kid=True)
    asked = {
        "port": port,
        "client": {
            "client_id": CLIENT,
            "token_endpoint_auth_method": "none",
            "redirect_uris": [f"{pages}/sign-in/callback"],
            "post_logout_redirect_uris": [f"{pages}/signed-out"],
        },
        "key": {**key.as_dict(private=True), "use": "sig", "alg": "ES256"},
        "people": people,
    }
    process = subprocess.Popen(
        [NODE, "serve.mjs", json.dumps(asked)], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        assert any(line.startswith("serving ") for line in process.stdout), "the provider ended before it served"
        yield Serving(f"http://127.0.0.1:{port}", key)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
