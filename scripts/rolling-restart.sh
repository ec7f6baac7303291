#!/bin/sh
# Replaces the replicas of services one by one, without refusing a request: `sh scripts/rolling-restart.sh auth-service employee-service`.
# The new ones have the images and settings of now. Each is ready before an old one is told to stop, so one replica is enough.
set -eu
cd "$(dirname "$0")/.."

for service in "$@"; do
  case $service in
  auth-service | employee-service)
    # The new ones start on a schema that is up to date; the old ones go on with it.
    docker compose run --rm --no-deps --no-TTY "${service%-service}-migration"
    ;;
  esac
  replicas=$(docker compose ps --quiet "$service")
  if [ -z "$replicas" ]; then
    echo "$service does not run" >&2
    exit 1
  fi
  count=$(echo "$replicas" | wc -l)
  for replica in $replicas; do
    docker compose up --detach --no-deps --no-recreate --scale "$service=$((count + 1))" --wait "$service"
    # It goes on serving until the gateway has noticed (SHUTDOWN_DELAY), then answers what has begun.
    docker stop "$replica" > /dev/null
    docker rm "$replica" > /dev/null
  done
done
