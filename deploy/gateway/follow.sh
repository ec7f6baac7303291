#!/bin/bash
# Tells the name server which replicas of a service are ready: `follow.sh NAME PORT`. A replica that is told to stop says that it
# is not ready, and goes on serving (SHUTDOWN_DELAY): it is out of here before it closes, and no request meets a closed door.
# Bash does it all by itself but for getent, as it runs once a second, for ever.
set -uo pipefail
name=$1 port=$2
list=/run/gateway/replicas/$name next=/run/gateway/$name.next

# Their addresses, by Docker.
replicas() {
  local address kind
  # A line for each kind of socket.
  while read -r address kind _; do
    if [ "$kind" = STREAM ]; then all+=("$address"); fi
  done < <(exec getent ahostsv4 "$name")
}

# Those which are ready.
ready() {
  local address
  # One that does not answer in time is not ready, and holds up no other one.
  while read -r -t 1 address; do found+=("$address"); done < <(for address in "${all[@]}"; do is_ready "$address" & done)
}

is_ready() {
  local status
  exec 3<> "/dev/tcp/$1/$port" && printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3 && read -r -t 1 _ status _ <&3
  if [ "$status" = 200 ]; then echo "$1"; fi
} 2> /dev/null

pause() {
  read -r -t 1 -u 9
}
exec 9<> <(:)

known=none
while :; do
  all=() found=()
  replicas
  ready
  # None is ready when they miss the same thing, such as Redis: they say so best themselves.
  if [ ${#found[@]} -eq 0 ]; then found=("${all[@]}"); fi
  if [ ${#found[@]} -gt 1 ]; then mapfile -t found < <(printf '%s\n' "${found[@]}" | sort); fi
  if [ "${found[*]}" != "$known" ]; then
    for address in "${found[@]}"; do echo "$address $name"; done > "$next"
    mv "$next" "$list"
    if kill -HUP "$(< /run/gateway/dnsmasq.pid)"; then
      known=${found[*]}
      printf '{"time":"%(%FT%TZ)T","service":"gateway","message":"replicas of %s: %s"}\n' -1 "$name" "$known"
    fi
  fi
  pause
done
