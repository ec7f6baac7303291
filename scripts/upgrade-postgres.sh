#!/bin/sh
# Takes the data of Postgres 17 to 18: `sh scripts/upgrade-postgres.sh`; docs/upgrading.md says what it does.
# It can be run again after a failure. The old data stay in the volume, in the directory 17, and the dumps in backup-17/.
set -eu
cd "$(dirname "$0")/.."
dumps=${1:-backup-17}
databases='latchkey_auth latchkey_employee'
umask 077
mkdir -p "$dumps"

say() { printf '%s\n' "$1" >&2; }
with_17() { docker compose --file docker-compose.yml --file deploy/postgres-17.yml "$@"; }
in_volume() { docker compose run --rm --no-deps --no-TTY --entrypoint sh postgres -c "cd /var/lib/postgresql && $1"; }

docker compose stop auth-service employee-service postgres
state=$(in_volume 'if [ -e 17/docker ]; then echo moving; fi; cat PG_VERSION 2> /dev/null || echo moved')

if [ "$state" = 17 ]; then
  say '1. Postgres 17 starts on its data, and its databases are dumped.'
  with_17 up --detach --wait --no-deps postgres
  for database in $databases; do
    with_17 exec -T postgres pg_dump --username=postgres --format=custom "$database" > "$dumps/$database.new"
    with_17 exec -T postgres pg_restore --file=/dev/null < "$dumps/$database.new"
    mv "$dumps/$database.new" "$dumps/$database.dump"
  done
  with_17 rm --stop --force postgres
fi
case $state in
*17)
  say '2. The old data move to the directory 17 of the volume.'
  # PG_VERSION goes last: as long as it is where it was, 18 does not start.
  in_volume 'mkdir -p 17/docker && chmod 700 17/docker && for entry in *; do
    case $entry in 17 | PG_VERSION) ;; *) mv "$entry" 17/docker/ ;; esac
  done && mv PG_VERSION 17/docker/ && chmod 755 .'
  ;;
moved)
  say 'The volume holds no data of Postgres 17.'
  exit 1
  ;;
esac

say '3. Postgres 18 starts with empty databases, and the dumps are restored.'
docker compose up --detach --wait --no-deps postgres
for database in $databases; do
  [ -e "$dumps/$database.dump" ] || continue
  docker compose exec -T postgres pg_restore --username=postgres --exit-on-error --single-transaction --dbname="$database" \
    < "$dumps/$database.dump"
  # Not to be restored again over what is written from now on.
  mv "$dumps/$database.dump" "$dumps/$database.restored"
done
# What a dump of a version with one role brings back belongs to that one.
docker compose exec -T postgres psql --username=postgres --quiet --set=ON_ERROR_STOP=1 \
  --file=/docker-entrypoint-initdb.d/databases.sql
docker compose exec -T postgres vacuumdb --username=postgres --all --analyze-only --quiet
say 'Done. Now: docker compose up --detach --wait'
