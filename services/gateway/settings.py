"""What the gateway can be told."""

from pathlib import Path

from pydantic import SecretStr, field_validator

from services.gateway.federation import Labels, Limits
from shared.runtime.settings import Settings, known_scheme, setting


class GatewaySettings(Settings):
    """Limits of a request first, counted with its fragments inlined."""

    supergraph: Path = setting(
        "GATEWAY_SUPERGRAPH", "the composed SDL that is served", Path(__file__).parent / "supergraph.graphql"
    )
    query_depth: int = setting("GATEWAY_QUERY_DEPTH", "how deep an operation may be", 20)
    query_fields: int = setting("GATEWAY_QUERY_FIELDS", "how many fields an operation may ask for", 2_000)
    query_aliases: int = setting("GATEWAY_QUERY_ALIASES", "how many aliases an operation may have", 100)
    query_tokens: int = setting("GATEWAY_QUERY_TOKENS", "how many tokens a document may have", 10_000)
    query_cost: int = setting(
        "GATEWAY_QUERY_COST", "how many objects an answer may hold, reckoned by the pages asked for", 30_000
    )
    body_bytes: int = setting("GATEWAY_BODY_BYTES", "how large a request may be", 1_000_000)
    batch_operations: int = setting(
        "GATEWAY_BATCH_OPERATIONS", "how many operations a request may hold as a list; 0: it may be no list", 0
    )
    graphiql: bool = setting("GATEWAY_GRAPHIQL", "whether browsers get GraphiQL at /graphql, or a page without", True)
    request_seconds: float = setting("GATEWAY_REQUEST_SECONDS", "how long an answer may take; streams may go on", 90.0)
    requests_per_minute: int = setting(
        "GATEWAY_REQUESTS_PER_MINUTE", "how many requests a minute one subject may make; 0: any number", 6_000
    )
    strangers_requests_per_minute: int = setting(
        "GATEWAY_STRANGERS_REQUESTS_PER_MINUTE",
        "how many requests a minute without a token that verifies may come from one address; 0: any number",
        600,
    )
    rates_url: str = setting(
        "GATEWAY_RATES_URL",
        "where requests are counted: memory://, or redis://host:port/db for several gateways together",
        "memory://",
    )
    trusted_documents: str = setting(
        "NIVAA_TRUSTED_DOCUMENTS", "folders of .graphql files: only these documents run; empty: any", ""
    )
    origins: str = setting(
        "GATEWAY_ORIGINS",
        "other sites whose pages may ask, by HTTP and by WebSocket: https://one.example,https://two.example",
        "",
    )
    streams_per_subject: int = setting(
        "GATEWAY_STREAMS_PER_SUBJECT", "how many streams, and sockets, one person may hold at a time", 50
    )
    subgraph_timeout_seconds: float = setting(
        "GATEWAY_SUBGRAPH_TIMEOUT_SECONDS", "how long a service may take before its fields become null", 60.0
    )
    override_labels: str = setting(
        "GATEWAY_OVERRIDE_LABELS",
        "labels of progressive @override that are on, beside percent(x) for x requests of a hundred: one,two",
        "",
    )
    public_url: str = setting(
        "GATEWAY_PUBLIC_URL", "where people open the pages, like https://billing.example.org; empty: as they come", ""
    )
    session_hours: float = setting("GATEWAY_SESSION_HOURS", "how long somebody stays signed in on the pages", 12.0)
    own_session_key_file: Path | None = setting(
        "GATEWAY_SESSION_KEY_FILE", "the key that encrypts the pages' cookies; empty: in the data folder", None
    )
    oidc_issuer: str = setting(
        "GATEWAY_OIDC_ISSUER", "the OpenID Connect provider that people sign in with; empty: none", ""
    )
    oidc_name: str = setting("GATEWAY_OIDC_NAME", "what people call that provider", "your organisation's account")
    oidc_client_id: str = setting("GATEWAY_OIDC_CLIENT_ID", "who the pages are to that provider", "nivaa")
    oidc_client_secret: SecretStr = setting(
        "GATEWAY_OIDC_CLIENT_SECRET", "the secret shared with that provider; empty: PKCE alone", SecretStr("")
    )
    oidc_scopes: str = setting("GATEWAY_OIDC_SCOPES", "what the pages ask that provider for", "openid")
    oidc_role_claim: str = setting(
        "GATEWAY_OIDC_ROLE_CLAIM", "the claim that says parent, tutor or coordinator", "role"
    )
    oidc_person_claim: str = setting(
        "GATEWAY_OIDC_PERSON_CLAIM", "the claim with the id of the parent or the tutor here", "sub"
    )

    @property
    def session_key_file(self) -> Path:
        return self.own_session_key_file or self.data_dir / "session-key.json"

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _opened_in_browsers(cls, value: str) -> str:
        return known_scheme(value, {"http", "https"}) if value else value

    @field_validator("rates_url")
    @classmethod
    def _countable(cls, value: str) -> str:
        return known_scheme(value, {"memory", "redis", "rediss"})

    @property
    def trusted_folders(self) -> list[Path]:
        return [Path(folder.strip()) for folder in self.trusted_documents.split(",") if folder.strip()]

    @property
    def welcome_origins(self) -> frozenset[str]:
        return frozenset(origin.strip() for origin in self.origins.split(",")) - {""}

    @property
    def labels(self) -> Labels:
        return Labels({label.strip() for label in self.override_labels.split(",")} - {""})

    @property
    def limits(self) -> Limits:
        return Limits(
            depth=self.query_depth,
            fields=self.query_fields,
            aliases=self.query_aliases,
            tokens=self.query_tokens,
            cost=self.query_cost,
        )
