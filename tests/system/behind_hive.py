"""The distributed form with @graphql-hive/gateway where clients ask: our services are subgraphs to any router.

Our gateway stays behind it, as the subgraph for `viewer` and for what is no GraphQL: files, exports, the pages.
"""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bench.gateways import NODE_GATEWAYS
from services.gateway.component import SUPERGRAPH
from shared.clock import Clock
from tests.servers.process import free_port
from tests.system.distributed import Distributed
from tests.system.product import Gateway, Product
from tests.system.server_process import ServerProcess

HIVE = NODE_GATEWAYS / "node_modules/@graphql-hive/gateway/dist/bin.js"


def is_available() -> bool:
    return shutil.which("node") is not None and HIVE.is_file()


@dataclass
class HiveProcess(ServerProcess):
    """`module_and_arguments` go to the gateway's own program."""

    def command(self) -> Sequence[str]:
        return ["node", str(HIVE), *self.module_and_arguments]

    async def is_ready(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readiness") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False


class BehindHive(Distributed):
    """Everything as it is distributed, but for who is asked."""

    def lay_out(self, folder: Path, settings: Mapping[str, str]) -> Product:
        product = super().lay_out(folder, settings)
        ports = {server.output.stem: server.port for server in product.servers}
        hive = hive_over(ports, folder)
        return Product([*product.servers, hive], replace(product.gateway, graphql_url=hive.url))

    @asynccontextmanager
    async def host(self, folder: Path, clock: Clock, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
        async with super().host(folder, clock, settings) as gateway:
            hive = hive_over(self.ports, folder)
            hive.start()
            try:
                await hive.until_ready()
                yield replace(gateway, graphql_url=hive.url)
            finally:
                hive.end()


def hive_over(ports: Mapping[str, int], folder: Path) -> HiveProcess:
    sdl, port = SUPERGRAPH.read_text(), free_port()
    for name, of_service in ports.items():
        sdl = sdl.replace(f"http://{name}/graphql", f"http://127.0.0.1:{of_service}/graphql")
    supergraph = folder / "supergraph.graphql"
    supergraph.write_text(sdl)
    config = NODE_GATEWAYS / "hive.config.mjs"
    asked = ["supergraph", str(supergraph), "--host", "127.0.0.1", "--port", str(port), "--config-path", str(config)]
    return HiveProcess(asked, {"NODE_ENV": "production"}, port, folder / "hive.txt")
