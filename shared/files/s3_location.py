"""Where a bucket is, as a URL says it. Apart from the store itself, which loads a large library."""

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs


@dataclass(frozen=True)
class S3Location:
    """Where the bucket is; credentials are taken from the standard AWS_* environment.

    `links` is the endpoint as readers reach it, where that is another one than ours.
    """

    bucket: str
    endpoint: str | None
    region: str
    links: str | None = None


def s3_location(parts: SplitResult) -> S3Location:
    """Of `s3://bucket?endpoint=https://host&region=auto&links=https://host`. Raises ValueError for anything else."""
    options = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    unknown = options.keys() - {"endpoint", "links", "region"}
    if unknown or not parts.hostname or parts.path.strip("/"):
        raise ValueError("an S3 store's URL is like s3://bucket?endpoint=https://host&region=auto")
    return S3Location(parts.netloc, options.get("endpoint"), options.get("region", "auto"), options.get("links"))
