#!/bin/sh
# Where there are manifests alone: installs what one service needs to run, and leaves no other project of the workspace.
set -eu
closure="@latchkey/$1..."
# fastify and ioredis are peers of resource-server, which finds the service's own in the root.
pnpm install --frozen-lockfile --ignore-scripts --prod --filter-prod "$closure" \
  --config.public-hoist-pattern=fastify --config.public-hoist-pattern=ioredis
pnpm list --filter-prod "$closure" --depth -1 --parseable > /tmp/projects
for project in packages/* tools/* services/*; do
  grep --quiet --line-regexp --fixed-strings "$PWD/$project" /tmp/projects || rm -r "$project"
done
rm package.json pnpm-*.yaml
