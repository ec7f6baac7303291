#!/bin/sh
# Generates the secrets that docker-compose.yml needs, and notes in .env where they are: `sh scripts/compose-secrets.sh`.
# Needs a shell and, for the certificate, openssl. What is there already stays as it is, so it does no harm to run this again.
set -eu
cd "$(dirname "$0")/.."

# Another file may be named instead of .env, by its absolute path.
settings=${1:-.env}
[ -f "$settings" ] || cp .env.example "$settings"

directory=$(sed -n 's/^SECRETS_DIR=//p' "$settings")
if [ -z "$directory" ]; then
  directory=$(dirname "$settings")/secrets
fi

# Other users of this machine stop at the directory. The files themselves must be readable for the users that the
# programs have inside their containers.
umask 022
mkdir -p "$directory"
chmod 700 "$directory"

random() { # bytes, as twice as many hexadecimal digits
  od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'
}

keep() { # name, value unless there is one
  [ -s "$directory/$1" ] && return
  printf '%s\n' "$2" > "$directory/$1.new"
  mv "$directory/$1.new" "$directory/$1"
  echo "made $directory/$1"
}

# For localhost, until a certificate of your own is there: docs/deployment.md.
certificate() {
  [ -s "$directory/tls-certificate" ] && [ -s "$directory/tls-key" ] && return
  if [ -s "$directory/tls-certificate" ] || [ -s "$directory/tls-key" ]; then
    echo "Of $directory/tls-certificate and tls-key one is missing: put both there, or remove the one." >&2
    exit 1
  fi
  command -v openssl > /dev/null || {
    echo "There is no openssl to make a certificate with. Install it, or put a certificate into $directory/tls-certificate and its key into tls-key." >&2
    exit 1
  }
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1' -addext 'extendedKeyUsage=serverAuth' \
    -keyout "$directory/tls-key.new" -out "$directory/tls-certificate.new" 2> /dev/null
  chmod 644 "$directory/tls-key.new"
  mv "$directory/tls-key.new" "$directory/tls-key"
  mv "$directory/tls-certificate.new" "$directory/tls-certificate"
  echo "made $directory/tls-certificate and tls-key: self-signed, for localhost"
}

is_first=$([ -s "$directory/admin-password" ] && echo no || echo yes)

keep postgres-password "$(random 32)"
keep auth-database-url "postgres://latchkey_auth:$(random 32)@postgres:5432/latchkey_auth"
keep employee-database-url "postgres://latchkey_employee:$(random 32)@postgres:5432/latchkey_employee"
keep auth-migration-database-url "postgres://latchkey_auth_owner:$(random 32)@postgres:5432/latchkey_auth"
keep employee-migration-database-url "postgres://latchkey_employee_owner:$(random 32)@postgres:5432/latchkey_employee"
keep redis-url "redis://auth-service:$(random 32)@redis:6379"
keep employee-redis-url "redis://verifier:$(random 32)@redis:6379"
keep access-token-secret "k1:$(random 32)"
keep refresh-token-secret "k1:$(random 32)"
keep employee-client-secret "$(random 32)"
keep service-clients '[]'
keep admin-password "$(random 16)"
certificate

# Written last: compose refuses to start as long as it is empty.
if ! grep -q '^SECRETS_DIR=.' "$settings"; then
  grep -q '^SECRETS_DIR=' "$settings" || echo 'SECRETS_DIR=' >> "$settings"
  sed "s|^SECRETS_DIR=$|SECRETS_DIR=$directory|" "$settings" > "$settings.new"
  mv "$settings.new" "$settings"
fi

if [ "$is_first" = yes ]; then
  email=$(sed -n 's/^ADMIN_EMAIL=//p' "$settings")
  echo
  echo "  administrator   ${email:-admin@localhost.test}"
  echo "  password        $(cat "$directory/admin-password")   (from $directory/admin-password)"
  echo
fi
echo "The secrets are in $directory. Start everything with: docker compose up --build"
