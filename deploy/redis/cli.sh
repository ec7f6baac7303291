#!/bin/sh
# redis-cli with all rights: `docker compose exec redis sh /etc/latchkey/cli.sh COMMAND`.
REDISCLI_AUTH=$(cat /tmp/operator-password)
export REDISCLI_AUTH
exec redis-cli --user operator "$@"
