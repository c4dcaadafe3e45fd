#!/usr/bin/env bash
# moto: S3 in memory, one Python process on 127.0.0.1.   start.sh [stop|wipe]
# Clients: endpoint http://127.0.0.1:$MOTO_PORT, any credentials, path style. What was stored is gone with the process.
. "$(dirname "$0")/../lib.sh"
PORT="${MOTO_PORT:-5555}"
case "${1:-start}" in stop|wipe) stop 10; exit 0;; esac
V="$SVC_HOME/venv-moto"
[ -x "$V/bin/moto_server" ] || { python3 -m venv "$V"; "$V/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5'; }
spawn env AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x "$V/bin/moto_server" -H 127.0.0.1 -p "$PORT"
ready 60 curl -sf "http://127.0.0.1:$PORT/moto-api/"
