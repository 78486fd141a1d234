"""Pages from templates. Whatever stands in a page is escaped, and a page loads nothing but our own files."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse

from services.gateway.workspaces.assets import Assets
from services.gateway.workspaces.words import Writing
from shared.ids import new_id
from shared.templates import html_templates


class Pages:
    """`form_targets` are other sites that a form's answer may lead to: an identity provider's."""

    def __init__(self, writing: Writing, assets: Assets, language: str, form_targets: tuple[str, ...] = ()) -> None:
        self.environment = html_templates("services.gateway.workspaces", "templates")
        self.environment.filters.update(writing.filters)
        self.environment.globals.update(asset=assets.address, new_key=_new_key, language=language)
        self._headers = {"cache-control": "no-store", "content-security-policy": _policy(form_targets)}

    def page(self, template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
        text = self.environment.get_template(template).render(context)
        return HTMLResponse(text, status, self._headers)


def _new_key() -> str:
    return str(new_id())


def _policy(form_targets: tuple[str, ...]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            " ".join(("form-action", "'self'", *form_targets)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
