#!/bin/sh
# Backs up the stack of compose while it runs: `sh scripts/compose-backup.sh [DIRECTORY]`; docs/deployment.md says what is in it.
# Redis first: a Postgres that is newer than Redis brings it up to date by itself.
set -eu
cd "$(dirname "$0")/.."
umask 077
started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
target=${1:-backups/$(printf %s "$started" | tr : -)}
unfinished=$target.unfinished

say() { printf '%s\n' "$1" >&2; }
in_redis() { docker compose exec -T redis "$@"; }
in_postgres() { docker compose exec -T postgres "$@"; }

if [ -e "$target" ]; then
  say "$target is there already: choose another name."
  exit 1
fi
rm -rf "$unfinished"
mkdir -p "$unfinished"

say 'Redis …'
in_redis rm -f /data/backup.rdb
in_redis sh /etc/latchkey/cli.sh --rdb /data/backup.rdb > /dev/null
in_redis redis-check-rdb /data/backup.rdb > /dev/null
in_redis cat /data/backup.rdb > "$unfinished/redis.rdb"
in_redis rm -f /data/backup.rdb

say 'Postgres …'
for database in latchkey_auth latchkey_employee; do
  in_postgres pg_dump --username=postgres --format=custom "$database" > "$unfinished/$database.dump"
  in_postgres pg_restore --file=/dev/null < "$unfinished/$database.dump"
done

{
  echo "started $started"
  echo "finished $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  in_postgres postgres --version
  in_redis redis-server --version
} > "$unfinished/manifest"
(cd "$unfinished" && sha256sum manifest redis.rdb latchkey_auth.dump latchkey_employee.dump > SHA256SUMS)
sync "$unfinished"/* "$unfinished" 2> /dev/null || sync
# Only a whole one has this name.
mv "$unfinished" "$target"
say "$target: both databases and Redis, as of $started"
