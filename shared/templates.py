"""Templates of HTML: what stands in them is escaped, and what is missing is a fault."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def html_templates(package: str, folder: str) -> Environment:
    """Of a package's folder."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
