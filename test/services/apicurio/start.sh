#!/usr/bin/env bash
# A schema registry, in memory: Apicurio Registry, which speaks Confluent's REST interface as well, on 127.0.0.1.
#   start.sh [start]            install, start, wait until it answers
#   start.sh install            only fetch it, 140 MB
#   start.sh stop|wipe          stop; wipe removes its files, too
#   http://127.0.0.1:$APICURIO_PORT/apis/ccompat/v7   the jars of Avro are in $SVC_HOME/jars/apicurio
. "$(dirname "$0")/../lib.sh"
PORT="${APICURIO_PORT:-8091}"
JARS="$SVC_HOME/jars/apicurio"

unpacked() {
  jars "$JARS"
  [ -d "$JARS/app" ] || { mkdir -p "$JARS/app.part"; tar xzf "$JARS"/apicurio-registry-app-*.tar.gz -C "$JARS/app.part"; mv "$JARS/app.part" "$JARS/app"; }
}
case "${1:-start}" in
  install) unpacked; exit 0;;
  stop|wipe) stop 20; [ "$1" = stop ] || rm -rf "$RUN"; exit 0;;
esac
unpacked
spawn java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$PORT" \
  -jar "$JARS"/app/apicurio-registry-app-*-runner.jar
up() { curl -sf "http://127.0.0.1:$PORT/apis/ccompat/v7/subjects"; }
ready 120 up
