# One image for all services and commands.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        wkhtmltopdf fonts-roboto-unhinted fonts-noto-core fonts-lohit-deva fonts-lohit-taml fonts-lohit-beng-bengali fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# Volumes that are first mounted over these folders belong to the user, like them.
RUN useradd --uid 10001 --user-group --no-create-home nivaa && install --directory --owner nivaa --group nivaa /secrets /files

COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/app
RUN printf '#!/bin/sh\nexec python -m nivaa "$@"\n' >/venv/bin/nivaa && chmod +x /venv/bin/nivaa

WORKDIR /app
COPY shared shared
COPY services services
COPY nivaa nivaa
COPY deploy deploy
RUN python -m compileall -q .

USER nivaa
CMD ["nivaa", "--help"]
