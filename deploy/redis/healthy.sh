#!/bin/sh
# Succeeds once Redis has read its data and answers.
REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /tmp/password.conf)
export REDISCLI_AUTH
[ "$(redis-cli ping)" = PONG ]
