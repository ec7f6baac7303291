#!/bin/sh
# Puts a backup of scripts/compose-backup.sh in place of the data: `sh scripts/compose-restore.sh DIRECTORY [postgres | redis]`.
# The services must be stopped. What was there before is kept. It can be run again after a failure.
set -eu
cd "$(dirname "$0")/.."
umask 077
backup=${1:-}
only=${2:-both}
stamp=$(date -u +%Y%m%d%H%M%S)

say() { printf '%s\n' "$1" >&2; }
fail() { say "$1"; exit 1; }
in_postgres() { docker compose exec -T postgres "$@"; }
sql() { in_postgres psql --username=postgres --quiet --no-psqlrc --set=ON_ERROR_STOP=1 "$@"; }
in_redis_volume() { docker compose run --rm --no-deps --no-TTY --entrypoint sh redis -c "umask 077 && cd /data && $1"; }

case $only in both | postgres | redis) ;; *) backup= ;; esac
[ -n "$backup" ] || fail 'sh scripts/compose-restore.sh DIRECTORY [postgres | redis]'
[ -e "$backup/SHA256SUMS" ] || fail "$backup is no backup, or one that was never finished: it has no SHA256SUMS."
(cd "$backup" && sha256sum --check --quiet SHA256SUMS) || fail "The backup $backup is damaged: nothing was changed."
[ -z "$(docker compose ps --quiet --status=running auth-service employee-service)" ] ||
  fail 'Stop the services first: docker compose stop auth-service employee-service'

if [ "$only" != redis ]; then
  docker compose up --detach --wait --no-deps postgres
  for database in latchkey_auth latchkey_employee; do
    say "$database …"
    sql --command="drop database if exists ${database}_restored" --command="create database ${database}_restored owner ${database}_owner"
    in_postgres pg_restore --username=postgres --exit-on-error --single-transaction --dbname="${database}_restored" \
      < "$backup/$database.dump"
  done
  # Both at once, or neither.
  sql --single-transaction \
    --command="alter database latchkey_auth rename to latchkey_auth_before_$stamp" \
    --command="alter database latchkey_employee rename to latchkey_employee_before_$stamp" \
    --command='alter database latchkey_auth_restored rename to latchkey_auth' \
    --command='alter database latchkey_employee_restored rename to latchkey_employee'
  # Who may enter them, and what a dump of a version with one role brings back.
  sql --file=/docker-entrypoint-initdb.d/databases.sql
  in_postgres vacuumdb --username=postgres --all --analyze-only --quiet
  say "What was there before is in the databases latchkey_auth_before_$stamp and latchkey_employee_before_$stamp."
fi

if [ "$only" != postgres ]; then
  say 'Redis …'
  docker compose stop redis
  # With an append-only file Redis reads no other one: the backup becomes its base.
  in_redis_volume 'rm -rf restored && mkdir restored && cat > restored/appendonly.aof.1.base.rdb &&
    echo "file appendonly.aof.1.base.rdb seq 1 type b" > restored/appendonly.aof.manifest &&
    redis-check-rdb restored/appendonly.aof.1.base.rdb > /dev/null' < "$backup/redis.rdb"
  in_redis_volume "if [ -e appendonlydir ]; then mv appendonlydir appendonlydir-before-$stamp; fi && mv restored appendonlydir"
  docker compose up --detach --wait --no-deps redis
  say "What was there before is in its volume, in appendonlydir-before-$stamp."
fi

case $only in
postgres) say 'Now: docker compose up --detach, which serves nothing until you have run: docker compose run --rm admin reconcile' ;;
redis) say 'Now: docker compose up --detach --wait, which brings Redis up to date' ;;
both) say 'Now: docker compose up --detach --wait. What was done since the backup is not known to anybody any more.' ;;
esac
