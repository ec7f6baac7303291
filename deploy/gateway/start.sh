#!/bin/bash
# Runs nginx and what tells it the replicas. When one of them ends, all do, and Docker starts the container again.
set -euo pipefail
cd "$(dirname "$0")"
run=/run/gateway
mkdir -p $run/replicas

# Proxies in front whose X-Forwarded-* headers count: addresses and CIDRs with commas or spaces between.
proxies=${GATEWAY_TRUSTED_PROXIES:-}
for proxy in ${proxies//,/ }; do
  if [[ ! $proxy =~ ^[0-9a-fA-F.:]+(/[0-9]+)?$ ]]; then
    echo "GATEWAY_TRUSTED_PROXIES: not an address or a CIDR" >&2
    exit 1
  fi
  echo "set_real_ip_from $proxy;" >&3
  echo "$proxy 1;" >&4
done 3> $run/trusted-proxies.conf 4> $run/trusted-proxies.geo
echo 'real_ip_header X-Forwarded-For; real_ip_recursive on;' >> $run/trusted-proxies.conf

# A name server for nginx alone, which knows nothing but the replicas.
dnsmasq --keep-in-foreground --conf-file=/dev/null --user="$(id -un)" --pid-file=$run/dnsmasq.pid --log-facility=/dev/null \
  --port=5353 --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --addn-hosts=$run/replicas \
  --local-ttl=1 &
bash follow.sh auth-service 3001 &
bash follow.sh employee-service 3002 &
nginx -e stderr -c "$PWD/nginx.conf" -g 'daemon off;' &
nginx=$!

# HUP: a new certificate is in place. TERM: what has begun is answered first.
reload() { kill -HUP $nginx; is_reload=yes; }
stop() { kill -QUIT $nginx; wait $nginx; exit 0; }
trap reload HUP
trap stop TERM INT
# A signal ends `wait`, too.
is_reload=yes
while [ -n "$is_reload" ]; do
  is_reload=
  wait -n || true
done
echo 'a part of the gateway has ended' >&2
exit 1
