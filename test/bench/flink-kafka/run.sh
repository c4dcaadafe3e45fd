#!/usr/bin/env bash
# Apache Flink with its connector for Kafka, from Maven.   run.sh install   run.sh KIND BROKERS INPUT OUTPUT RECORDS CHECKPOINTS
. "$(dirname "$0")/../../services/lib.sh"
JARS="$SVC_HOME/jars/flink-kafka"
CLASSES="$SVC_HOME/classes/flink-kafka"
if [ "$1" = install ]; then
  jars "$JARS"
  mkdir -p "$CLASSES"
  javac -nowarn -d "$CLASSES" -cp "$JARS/*" "$HERE/FlinkKafkaJob.java"
  exit 0
fi
OPENS=()
for package in lang lang.invoke lang.reflect net io nio text time util util.concurrent util.concurrent.atomic util.concurrent.locks; do
  OPENS+=(--add-opens "java.base/java.$package=ALL-UNNAMED")
done
exec java -Xms1g -Xmx2g "${OPENS[@]}" -cp "$CLASSES:$JARS/*" FlinkKafkaJob "$@"
