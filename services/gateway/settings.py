"""What the gateway can be told."""

from shared.runtime.settings import Settings, setting


class GatewaySettings(Settings):
    """Limits of a request, counted with its fragments inlined."""

    query_depth: int = setting("GATEWAY_QUERY_DEPTH", "how deep a query may be", 20)
    query_fields: int = setting("GATEWAY_QUERY_FIELDS", "how many fields a query may ask for", 2_000)
    body_bytes: int = setting("GATEWAY_BODY_BYTES", "how large a request may be", 1_000_000)
    origins: str = setting(
        "GATEWAY_ORIGINS", "other sites whose pages may open WebSockets: https://one.example,https://two.example", ""
    )
    streams_per_subject: int = setting(
        "GATEWAY_STREAMS_PER_SUBJECT", "how many streams, and sockets, one person may hold at a time", 50
    )
    subgraph_timeout_seconds: float = setting(
        "GATEWAY_SUBGRAPH_TIMEOUT_SECONDS", "how long a service may take before its fields become null", 60.0
    )

    @property
    def welcome_origins(self) -> frozenset[str]:
        return frozenset(origin.strip() for origin in self.origins.split(",")) - {""}
