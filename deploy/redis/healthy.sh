#!/bin/sh
# Succeeds once Redis has read its data and answers.
[ "$(sh /etc/latchkey/cli.sh ping)" = PONG ]
