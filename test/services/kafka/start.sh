#!/usr/bin/env bash
# Kafka (KRaft) on 127.0.0.1: broker 1, which is the controller as well, and, when it is asked for, broker 2.
#   start.sh [start]            install, start broker 1, wait until it serves
#   start.sh install            only fetch the jars
#   start.sh stop|wipe          stop; wipe removes its files, too
#   start.sh kill 1|2           SIGKILL to a broker
#   start.sh run 1|2            start one of them, without waiting
#   start.sh await 1|2          wait until it serves
#   start.sh java ARGS...       a program with the jars on its class path: Kafka's tools, or a file of Java's source here
# KAFKA_JAVA_OPTIONS: those of its virtual machine, which are for a quick start.
# Listeners: PLAINTEXT, SASL (PLAIN, SCRAM-SHA-256/512, OAUTHBEARER with unsecured tokens), TLS, SASL_TLS; PROXIED says that it is at
# KAFKA_PROXY_PORT, where a test puts a proxy. Users are alice and admin, their passwords `<name>-secret`; keys of TLS in $SVC_RUN/kafka/tls.
. "$(dirname "$0")/../lib.sh"
PORT="${KAFKA_PORT:-9092}"; CONTROLLER="${KAFKA_CONTROLLER_PORT:-9093}"; PORT_2="${KAFKA_PORT_2:-9094}"
SASL="${KAFKA_SASL_PORT:-9095}"; TLS="${KAFKA_TLS_PORT:-9096}"; SASL_TLS="${KAFKA_SASL_TLS_PORT:-9097}"
PROXIED="${KAFKA_PROXIED_PORT:-9098}"; PROXY="${KAFKA_PROXY_PORT:-9099}"
JARS="$SVC_HOME/jars/kafka"
CLUSTER=MkU3OEVBNTcwNTJENDM2Qg
read -ra OPTIONS <<<"${KAFKA_JAVA_OPTIONS:--Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1}"
J=(java "${OPTIONS[@]}" -Xshare:auto "-Dlog4j2.configurationFile=$HERE/log4j2.properties")

# one CA, a certificate for 127.0.0.1, and one for a client; PEM, as the broker reads them and we do
keys() {
  [ -f "$RUN/tls/ca.pem" ] && return
  local d="$RUN/tls.new"; rm -rf "$d"; mkdir -p "$d"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=tests -keyout "$d/ca.key" -out "$d/ca.pem" 2>/dev/null
  for who in broker client; do
    openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$who" -keyout "$d/$who.key" -out "$d/$who.csr" 2>/dev/null
    printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' >"$d/$who.ext"
    openssl x509 -req -in "$d/$who.csr" -CA "$d/ca.pem" -CAkey "$d/ca.key" -CAcreateserial -days 3650 -extfile "$d/$who.ext" -out "$d/$who.crt" 2>/dev/null
    cat "$d/$who.key" "$d/$who.crt" >"$d/$who.pem"
  done
  mv "$d" "$RUN/tls"
}

# records have times as tests give them: none is too old to be kept
common() { # NODE
  cat <<P
node.id=$1
controller.quorum.voters=1@127.0.0.1:$CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,SASL_TLS:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$RUN/$1/data
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
transaction.max.timeout.ms=900000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
auto.create.topics.enable=false
log.retention.ms=-1
broker.session.timeout.ms=6000
replica.lag.time.max.ms=5000
P
}

login() { # LISTENER
  local plain="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"admin-secret\""
  plain="$plain user_admin=\"admin-secret\" user_alice=\"alice-secret\";"
  local scram="org.apache.kafka.common.security.scram.ScramLoginModule required username=\"admin\" password=\"admin-secret\";"
  local bearer="org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"admin\";"
  cat <<P
listener.name.$1.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.$1.plain.sasl.jaas.config=$plain
listener.name.$1.scram-sha-256.sasl.jaas.config=$scram
listener.name.$1.scram-sha-512.sasl.jaas.config=$scram
listener.name.$1.oauthbearer.sasl.jaas.config=$bearer
P
}

tls() { # LISTENER
  cat <<P
listener.name.$1.ssl.keystore.type=PEM
listener.name.$1.ssl.keystore.location=$RUN/tls/broker.pem
listener.name.$1.ssl.truststore.type=PEM
listener.name.$1.ssl.truststore.location=$RUN/tls/ca.pem
listener.name.$1.ssl.client.auth=${2:-none}
P
}

configure() { # NODE
  mkdir -p "$RUN/$1"
  { common "$1"
    if [ "$1" = 1 ]; then
      local at=127.0.0.1
      echo "process.roles=broker,controller"
      echo "listeners=PLAINTEXT://$at:$PORT,PROXIED://$at:$PROXIED,SASL://$at:$SASL,TLS://$at:$TLS,SASL_TLS://$at:$SASL_TLS,CONTROLLER://$at:$CONTROLLER"
      echo "advertised.listeners=PLAINTEXT://$at:$PORT,PROXIED://$at:$PROXY,SASL://$at:$SASL,TLS://$at:$TLS,SASL_TLS://$at:$SASL_TLS"
      login sasl; login sasl_tls; tls tls requested; tls sasl_tls
    else
      echo "process.roles=broker"
      echo "listeners=PLAINTEXT://127.0.0.1:$PORT_2"
      echo "advertised.listeners=PLAINTEXT://127.0.0.1:$PORT_2"
    fi
  } >"$RUN/$1/server.properties"
  [ -f "$RUN/$1/data/meta.properties" ] && return
  local users=()
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    for user in admin alice; do users+=(--add-scram "$mechanism=[name=$user,password=$user-secret]"); done
  done
  [ "$1" = 1 ] || users=()
  "${J[@]}" -cp "$JARS/*" kafka.tools.StorageTool format -t "$CLUSTER" -c "$RUN/$1/server.properties" "${users[@]}" >"$RUN/$1/format.log" 2>&1 ||
    { cat "$RUN/$1/format.log" >&2; exit 1; }
}

run() { # NODE
  RUN="$RUN/$1" spawn "${J[@]}" "-Dkafka.logs.dir=$RUN/$1" -cp "$JARS/*" kafka.Kafka "$RUN/$1/server.properties"
}
await() { # NODE
  serves() { grep -q 'Kafka Server started' "$RUN/out.log"; }
  RUN="$RUN/$1" ready 90 serves
}
case "${1:-start}" in
  install) jars "$JARS"; exit 0;;
  stop|wipe) for n in 2 1; do RUN="$RUN/$n" stop 30; done
    [ "$1" = stop ] || rm -rf "$RUN"; exit 0;;
  kill) kill -9 "$(cat "$RUN/$2/pid")"; rm -f "$RUN/$2/pid"; exit 0;;
  run) configure "$2"; run "$2"; exit 0;;
  await) await "$2"; exit 0;;
  java) shift; exec java -Xshare:auto -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=$HERE/log4j2.properties" -cp "$JARS/*" "$@";;
esac
jars "$JARS"
keys
configure 1
run 1
await 1
