#!/bin/sh
# Starts Redis with the users of users.acl. Their passwords are in the addresses that the services use, and kept nowhere else.
set -eu
umask 077

part() { # of an address: 1 is the user, 2 the password
  sed -nE "s#^rediss?://([^:@]*):([^@]+)@.*\$#\\$2#p" "/run/secrets/$1"
}

hash() {
  printf %s "$1" | sha256sum | cut -d' ' -f1
}

user() { # in users.acl, secret with its address
  password=$(part "$2" 2)
  if [ -z "$password" ]; then
    echo "The secret $(echo "$2" | tr _ -) holds no password: it must be redis://$1:PASSWORD@redis:6379" >&2
    exit 1
  fi
  name=$(part "$2" 1)
  if [ -z "$name" ]; then
    # Addresses from before there were users name none, which means the user `default`, with all rights as before.
    echo "user default on ~* &* +@all #$(hash "$password")"
  else
    sed -n "s|^user $1 \(.*\)\$|user $name \1 #$(hash "$password")|p" /etc/latchkey/users.acl
  fi
}

# For you, by cli.sh. Anew at each start, and in no file outside of this container.
od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' > /tmp/operator-password

{
  user auth-service redis_url
  user verifier employee_redis_url
  echo "user operator on ~* &* +@all #$(hash "$(cat /tmp/operator-password)")"
} > /tmp/users.conf
# It lets nobody in, and keeps all rights: Redis reads its append-only file as this user, and would leave out what it may not do.
grep -q '^user default ' /tmp/users.conf || echo 'user default off ~* &* +@all' >> /tmp/users.conf

exec redis-server /etc/latchkey/redis.conf
