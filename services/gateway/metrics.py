"""What Prometheus reads of the gateway at /metrics, beside the process's own figures."""

from prometheus_client import Histogram

ANSWER_SECONDS = Histogram(
    "nivaa_gateway_answer_seconds",
    "How long queries and mutations took, subgraphs and all, those that were given up among them.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
