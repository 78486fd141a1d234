"""What a database's URL asks of TLS is what PostgreSQL is held to."""

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.database.database import DatabaseConfig, open_database
from tests.servers import postgres
from tests.servers.apart import run_apart
from tests.servers.ladder import install
from tests.servers.postgres import PrivatePostgres

IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """It shows a certificate of its own making, `server.crt` in its data, for 127.0.0.1."""
    server = PrivatePostgres(postgres.binaries() or install("postgresql", postgres.binaries))
    try:
        server.start()
        make_certificate(server.folder / "data")
        for statement in ("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"):
            run_apart(postgres.execute(server.url, statement))
        yield server
    finally:
        server.remove()


def make_certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nivaa tests")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    owner = folder.stat()
    for file, content in (
        ("server.key", private),
        ("server.crt", certificate.public_bytes(serialization.Encoding.PEM)),
    ):
        path = folder / file
        path.write_bytes(content)
        path.chmod(0o600)
        os.chown(path, owner.st_uid, owner.st_gid)


async def is_encrypted(url: str) -> bool:
    async with open_database(DatabaseConfig("first", url, home="tests.probes")) as database:
        return bool(await database.value(IS_ENCRYPTED))


@pytest.mark.parametrize(
    ("options", "encrypted"),
    [
        ("", True),
        ("?sslmode=disable", False),
        ("?sslmode=require", True),
        ("?sslmode=verify-ca&sslrootcert={certificate}", True),
        ("?sslmode=verify-full&sslrootcert={certificate}", True),
    ],
)
async def test_it_is_as_the_url_has_it(server: PrivatePostgres, options: str, encrypted: bool) -> None:
    certificate = server.folder / "data" / "server.crt"
    assert await is_encrypted(f"{server.url}/postgres{options.format(certificate=certificate)}") is encrypted


async def test_a_certificate_that_nobody_vouches_for_or_of_another_host_is_refused(server: PrivatePostgres) -> None:
    certificate = server.folder / "data" / "server.crt"
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    assert await is_encrypted(f"{elsewhere}/postgres?sslmode=verify-ca&sslrootcert={certificate}")
    for url in (
        f"{server.url}/postgres?sslmode=verify-full",
        f"{elsewhere}/postgres?sslmode=verify-full&sslrootcert={certificate}",
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            await is_encrypted(url)
