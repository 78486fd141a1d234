#!/bin/bash
# Run by the image when its data folder is new: a database for each service, which its own user alone may enter.
set -euo pipefail

for service in packages billing invoicing bot; do
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set service="$service" \
        --set secret="${SECRETS_DIR:-/run/secrets}/${service^^}_DATABASE_PASSWORD" <<'SQL'
\set password `cat :'secret'`
CREATE USER :"service" PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE CONNECT ON DATABASE :"service" FROM PUBLIC;
SQL
done
