#!/usr/bin/env bash
# moto: S3 in memory, one Python process on 127.0.0.1: what was stored is gone with it.
#   start.sh [start]     install, start, wait until it answers
#   start.sh install     only fetch it
#   start.sh stop|wipe   stop; wipe removes its log, too
#   http://127.0.0.1:$MOTO_PORT, any credentials, path style
. "$(dirname "$0")/../lib.sh"
PORT="${MOTO_PORT:-5555}"
V="$SVC_HOME/venv-moto"
install() {
  [ -x "$V/bin/moto_server" ] && return
  python3 -m venv "$V"
  "$V/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5'
}
case "${1:-start}" in
  install) install; exit 0;;
  stop|wipe) stop 10; [ "$1" = stop ] || rm -rf "$RUN"; exit 0;;
esac
install
spawn env AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x "$V/bin/moto_server" -H 127.0.0.1 -p "$PORT"
ready 60 curl -sf "http://127.0.0.1:$PORT/moto-api/"
