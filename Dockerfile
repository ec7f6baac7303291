# Images of the services and of the gateway, one target each: `docker build --target auth-service .`
# A registry of one's own may hold the images that these begin with: `--build-arg NODE_IMAGE=…`.
ARG NODE_IMAGE=node:24.19.0-bookworm-slim
ARG DEBIAN_IMAGE=debian:bookworm-20260803-slim

# deploy/gateway says what is in it. Debian's nginx, and a name server and a client that know which replicas are ready.
FROM ${DEBIAN_IMAGE} AS gateway
RUN apt-get update \
  && apt-get install --yes --no-install-recommends nginx dnsmasq-base curl \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /etc/nginx
COPY deploy/gateway /etc/gateway
USER www-data
EXPOSE 3001 3002 8443
CMD ["bash", "/etc/gateway/start.sh"]

FROM ${NODE_IMAGE} AS base
WORKDIR /app

# What is installed depends on these files alone: sources may change without another installation.
FROM base AS manifests
COPY . /source
RUN cd /source && cp --parents package.json pnpm-*.yaml packages/*/package.json tools/*/package.json services/*/package.json /app

FROM base AS pnpm
COPY --from=manifests /app ./
ENV pnpm_config_store_dir=/pnpm/store pnpm_config_cache_dir=/pnpm/cache
RUN npm install --global --ignore-scripts --no-update-notifier "$(node -p "require('./package.json').packageManager")"

# Scripts of dependencies are not run anywhere in here: the only one that we need (argon2) brings its binary along.
FROM pnpm AS build
RUN --mount=type=cache,target=/pnpm,sharing=locked \
    pnpm install --frozen-lockfile --ignore-scripts --filter latchkey
COPY . ./
RUN node scripts/build.ts && mkdir /built && cp --recursive --parents packages/*/dist services/*/dist /built

FROM pnpm AS auth-service-modules
COPY deploy/install-service.sh /
RUN --mount=type=cache,target=/pnpm,sharing=locked sh /install-service.sh auth-service

FROM auth-service-modules AS auth-service-code
COPY --from=build /built /built
RUN mkdir /code && for project in packages/* services/*; do (cd /built && cp --recursive --parents "$project/dist" /code); done

FROM pnpm AS employee-service-modules
COPY deploy/install-service.sh /
RUN --mount=type=cache,target=/pnpm,sharing=locked sh /install-service.sh employee-service

FROM employee-service-modules AS employee-service-code
COPY --from=build /built /built
RUN mkdir /code && for project in packages/* services/*; do (cd /built && cp --recursive --parents "$project/dist" /code); done

# Everything in /app belongs to root: a service can read its code and change none of it.
FROM base AS service
ENV NODE_ENV=production HOST=0.0.0.0 OPERATIONS_HOST=0.0.0.0 API_DOCS=off
USER node

FROM service AS auth-service
COPY --from=auth-service-modules /app ./
COPY --from=auth-service-code /code ./
EXPOSE 3001
CMD ["node", "services/auth-service/dist/main.js"]

FROM service AS employee-service
COPY --from=employee-service-modules /app ./
COPY --from=employee-service-code /code ./
EXPOSE 3002
CMD ["node", "services/employee-service/dist/main.js"]
