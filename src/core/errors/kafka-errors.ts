/** Errors about Kafka. See error-table.ts for the columns. */
export const KAFKA_ERRORS = {
  KAFKA_CLIENT_MISSING: {
    message: 'Kafka needs a package beside flink-ts: {reason}. Run: npm install {package}',
    fault: 'user',
    recovery: 'fail',
  },
  KAFKA_PROPERTY_INVALID: {
    message: "The property {property} of Kafka is '{value}': {reason}.",
    fault: 'user',
    recovery: 'fail',
  },
  KAFKA_UNREACHABLE: {
    message:
      'No broker of Kafka answered for {operation} within {timeout}, last {broker}: {reason}. Look whether it runs, and whether this machine reaches the addresses that it advertises (advertised.listeners).',
    fault: 'external',
    recovery: 'restart',
  },
  KAFKA_REQUEST_FAILED: {
    message: 'Kafka refused {operation} at {broker}: {reason}.{advice}',
    fault: 'external',
    recovery: 'restart',
  },
  KAFKA_ACCESS_REFUSED: {
    message: 'Kafka does not let this job do {operation} at {broker}: {reason}. {advice}',
    fault: 'user',
    recovery: 'fail-at-start',
  },
  KAFKA_TOPIC_MISSING: {
    message:
      '{topic} is not there at {broker}: {reason}. Create it, look for a spelling mistake, or take it out of the source.',
    fault: 'user',
    recovery: 'fail-at-start',
  },
  KAFKA_OFFSET_MISSING: {
    message:
      'The job was to read {partition} from offset {offset} on, and {reason}: the broker has offsets {first} to {last}. Records in between may be lost, so the job stops. Run it again with --on-missing-offset earliest to go on with the oldest record that is there, or with --on-missing-offset latest to go on with those that come from now on.',
    fault: 'external',
    recovery: 'fail',
  },
  KAFKA_COMMITTED_OFFSET_MISSING: {
    message:
      '{group} has committed no offset of {partition}, and the source may begin nowhere else. Say where: OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST), or LATEST.',
    fault: 'user',
    recovery: 'fail',
  },
  KAFKA_RECORDS_UNREADABLE: {
    message: 'The records of {partition} from offset {offset} on cannot be read: {reason}.',
    fault: 'external',
    recovery: 'restart',
  },
  KAFKA_RECORD_INVALID: {
    message: 'The record at offset {offset} of {partition} cannot be read by {schema}: {reason}',
    fault: 'user',
    recovery: 'restart',
  },
} as const
