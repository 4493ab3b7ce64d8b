#!/bin/sh
# Take from the files in /secrets what the environment does not name, then become the command.
set -eu

if [ -z "${SECRET_KEY:-}" ] && [ -r /secrets/secret-key ]; then
    SECRET_KEY=$(cat /secrets/secret-key)
    export SECRET_KEY
fi
if [ -z "${DATABASE_URL:-}" ] && [ -r /secrets/postgres-password ]; then
    DATABASE_URL="postgres://waymark:$(cat /secrets/postgres-password)@postgres:5432/waymark"
    export DATABASE_URL
fi
exec "$@"
