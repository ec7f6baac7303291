#!/bin/sh
# Starts Redis with the password out of the address that the services use, so that it is kept in one place only.
set -eu
umask 077
sed -nE 's#^rediss?://[^:]*:([^@]+)@.*$#requirepass \1#p' /run/secrets/redis_url > /tmp/password.conf
if [ ! -s /tmp/password.conf ]; then
  echo 'The secret redis-url holds no password: it must be redis://:PASSWORD@redis:6379' >&2
  exit 1
fi
exec redis-server /etc/latchkey/redis.conf
