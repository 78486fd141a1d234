"""Every root field, list and entity of a service, answered by plans and by graphql-core's own way."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.without_plans import WithoutPlans
from shared.auth.viewer import Viewer
from shared.runtime.peers import InProcessPeer
from tests.crawl.crawler import Crawler, entity_references, root_fields
from tests.crawl.questions import Asker
from tools.supergraph.subgraphs import schema_of

_LINK = re.compile(r'("url":)"[^"]+"')
"""A link is signed anew whenever it is told."""


async def ask_both_ways(crawler: Crawler, who: str, viewer: Viewer, service: str) -> None:
    peer = InProcessPeer(service, crawler.host.apps.__getitem__)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {crawler.token(viewer)}"}

    async def answer(body: bytes) -> Any:
        content = (await peer.request("POST", "/graphql", headers, body)).body.decode()
        answered = json.loads(_LINK.sub(r'\1"a link"', content))
        return answered.get("data"), sorted(json.dumps(error, sort_keys=True) for error in answered.get("errors", ()))

    for document, variables in _questions(crawler, service):
        body = json.dumps({"query": document, "variables": variables}).encode()
        by_plans = await answer(body)
        with _ordinarily(service):
            ordinary = await answer(body)
        crawler.record.compared += 1
        if json.dumps(by_plans) != json.dumps(ordinary):
            crawler.record.differences.append((who, service, document, by_plans, ordinary))


def _questions(crawler: Crawler, service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = schema_of(service)._schema
    month = {"month": crawler.months[0]}
    for name, field in root_fields(schema).items():
        if not name.startswith("_"):
            for arguments, variables in crawler.ways_to_ask(field):
                question = Asker(schema).of_root("Query", name, 1, arguments)
                given = month | variables
                yield question.document, {key: given[key] for key in question.variables}
    for type_name, references in entity_references(crawler, schema):
        question = Asker(schema).of_entity(type_name)
        yield question.document, month | {"r": references}


@contextmanager
def _ordinarily(service: str) -> Iterator[None]:
    schema = schema_of(service)
    by_plans = schema.execution_context_class
    schema.execution_context_class = WithoutPlans
    try:
        yield
    finally:
        schema.execution_context_class = by_plans
