/** Errors about writing to Kafka. See error-table.ts for the columns. */
export const KAFKA_SINK_ERRORS = {
  KAFKA_SINK_TOPIC_MISSING: {
    message:
      'Records are to go to the topic {topic}, which is not there, and no broker made it within {waited}. Create it (kafka-topics --create), or look for a spelling mistake.',
    fault: 'user',
    recovery: 'fail-at-start',
  },
  KAFKA_RECORD_REFUSED: {
    message: 'A record for {topic} cannot be written to Kafka: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  KAFKA_WRITE_FAILED: {
    message:
      '{numRecords} records for {partition} could not be written to Kafka at {broker} within {timeout}: {reason}',
    fault: 'external',
    recovery: 'restart',
  },
  KAFKA_TRANSACTION_FENCED: {
    message:
      'Kafka takes nothing more for the transaction {transactionalId} ({reason}): it was open for longer than transaction.timeout.ms and was aborted, or another sink has begun one of this name. Two sinks that run at a time need two prefixes: setTransactionalIdPrefix(...). The job goes on from its last checkpoint.',
    fault: 'external',
    recovery: 'restart',
  },
  KAFKA_TRANSACTION_LOST: {
    message:
      'The transaction {transactionalId} belongs to a completed checkpoint and cannot be committed any more ({reason}). Kafka has aborted it, as it stayed open for longer than transaction.timeout.ms, or it was ended by another sink of this name: its records are lost. To go on without them set the property flink.on-lost-transaction of the sink to ignore; to have them written again start from an older checkpoint.',
    fault: 'external',
    recovery: 'fail',
  },
  KAFKA_TRANSACTION_FORGOTTEN: {
    message:
      'The transaction {transactionalId} belongs to the restored checkpoint, and Kafka does not know it any more: it has ended, and was forgotten after transactional.id.expiration.ms, 7 days unless it was set. After a stop with a savepoint it was committed; after a crash its records may be lost, as Kafka aborts what nobody commits within transaction.timeout.ms. To go on set the property flink.on-lost-transaction of the sink to ignore.',
    fault: 'external',
    recovery: 'fail',
  },
  KAFKA_TRANSACTION_TIMEOUT_REFUSED: {
    message:
      'Kafka does not let a transaction be open for {timeout}, as transaction.timeout.ms says: its transaction.max.timeout.ms is shorter, 15 minutes unless it was set. Set the property transaction.timeout.ms of the sink to at most that, or have transaction.max.timeout.ms of the brokers raised.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
