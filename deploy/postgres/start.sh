#!/bin/sh
# Starts Postgres, unless the volume holds data of another major version: those need a dump and a restore, and an empty database
# beside them would look like a loss. Nothing is changed then.
set -eu
cd /var/lib/postgresql
server=$(postgres --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
# Until 17 the image kept its data in the root of the volume.
for directory in . data "$PGDATA"; do
  [ -e "$directory/PG_VERSION" ] || continue
  data=$(cat "$directory/PG_VERSION")
  if [ "$data" != "$server" ] || [ "$directory" != "$PGDATA" ]; then
    echo "The volume holds data of Postgres $data, and this is Postgres $server: nothing was changed; see docs/upgrading.md, \"Postgres 17 to 18\"." >&2
    exit 1
  fi
done
exec docker-entrypoint.sh postgres "$@"
