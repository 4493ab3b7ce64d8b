#!/bin/sh
# Make the installation's own secrets, once. They live in a volume of their own; only root and the application's group
# (10001, see the Dockerfile) can read them.
set -eu
umask 077

for name in secret-key postgres-password; do
    file=/secrets/$name
    if [ ! -s "$file" ]; then
        head -c 48 /dev/urandom | base64 | tr -d '\n+/=' > "$file.new"
        mv "$file.new" "$file"
    fi
done
printf 'postgres://waymark:%s@postgres:5432/waymark' "$(cat /secrets/postgres-password)" > /secrets/database-url.new
mv /secrets/database-url.new /secrets/database-url
for name in secret-key postgres-password database-url; do
    chown 0:10001 "/secrets/$name"
    chmod 0440 "/secrets/$name"
done
chmod 0755 /secrets
