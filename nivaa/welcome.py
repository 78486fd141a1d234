"""What `nivaa up` ends with: addresses, a token for each role, a first query to paste."""

import json
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from nivaa.demo.faces import Face
from nivaa.tokens import mint
from services.gateway.workspaces.workspaces import is_this_machine
from shared.auth.viewer import Role, Viewer
from shared.runtime.settings import Settings

FIRST_QUERY = """
query Family($id: ID!) {
  parent(id: $id) {
    name
    children { name }
    remaining
    lowPackageAlert { status remaining raisedAt }
    sessionPackages { nodes { totalSessions usedSessions status } }
    invoices { nodes { number paymentStatus total { display } cycle { month status } } }
  }
}"""


def welcome(console: Console, settings: Settings, address: str, faces: Mapping[Role, Face]) -> None:
    _addresses(console, settings, address)
    _tokens(console, settings, faces.values())
    parent = faces.get(Role.PARENT)
    if parent is not None:
        console.print(f"\n[bold]A first query[/]: everything about {parent.name}, from three services at once")
        _plainly(console, _curl(address, parent))
    console.print("\nCtrl-C stops.")


def _addresses(console: Console, settings: Settings, address: str) -> None:
    pages = (
        ("the pages: sign in as anybody" if is_this_machine(settings.host) else "the pages", "/"),
        ("GraphQL, and GraphiQL in a browser", "/graphql"),
        ("health", "/readyz"),
        ("metrics", "/metrics"),
    )
    table = Table.grid(padding=(0, 3))
    for label, path in pages:
        table.add_row(label, address + path)
    table.add_row("data folder", str(settings.data_dir.resolve()))
    frozen = ", ".join(sorted(settings.freeze))
    table.add_row("money", f"hidden from {frozen}" if frozen else "shown")
    console.print("[bold]NIVAA Billing & Packages[/]")
    console.print(table)
    if frozen:
        console.print("NIVAA_FREEZE=none shows money.", style="dim")


def _tokens(console: Console, settings: Settings, faces: Iterable[Face]) -> None:
    """Lines to paste into a shell; never wrapped, or the tokens would break."""
    if settings.jwks_url:
        console.print(f"Tokens come from the issuer of {settings.jwks_url}.")
        return
    console.print("\n[bold]A token for each role[/], good for 30 days")
    for face in faces:
        console.print(f"# {face.role}: {face.name}", style="dim")
        _plainly(console, f"export {face.role.upper()}={mint(settings, Viewer(face.subject, face.role))}")


def _curl(address: str, parent: Face) -> str:
    body = json.dumps({"query": " ".join(FIRST_QUERY.split()), "variables": {"id": parent.subject}})
    return (
        f"curl -s {address}/graphql -H 'Content-Type: application/json' "
        f"""-H "Authorization: Bearer $COORDINATOR" -d '{body}'"""
    )


def _plainly(console: Console, line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False, markup=False)
