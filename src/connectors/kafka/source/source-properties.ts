import { kafkaClientSettings } from '../properties/client-settings.js'
import { withoutEffect } from '../properties/known-properties.js'
import type { Properties } from '../properties/properties.js'
import { booleanProperty, choiceProperty, numberProperty, refuseProperty } from '../properties/property-values.js'
import type { KafkaSourceSettings, MissingOffsetPolicy } from './kafka-source-settings.js'

export const COMMIT_OFFSETS_ON_CHECKPOINT = 'commit.offsets.on.checkpoint'
export const ENABLE_AUTO_COMMIT = 'enable.auto.commit'
export const PARTITION_DISCOVERY_INTERVAL = 'partition.discovery.interval.ms'
export const ON_MISSING_OFFSET = 'on.missing.offset'
export const GROUP_ID = 'group.id'

const POLICIES: readonly MissingOffsetPolicy[] = ['fail', 'earliest', 'latest']
/** FLIP-288. */
const DISCOVERY_INTERVAL_MS = 300_000
const FETCH_MAX_BYTES = 52_428_800
const FETCH_MAX_PARTITION_BYTES = 1_048_576

const EFFECTIVE = [
  ...[GROUP_ID, COMMIT_OFFSETS_ON_CHECKPOINT, ENABLE_AUTO_COMMIT, PARTITION_DISCOVERY_INTERVAL, ON_MISSING_OFFSET],
  ...['auto.commit.interval.ms', 'auto.offset.reset', 'isolation.level', 'client.rack', 'check.crcs'],
  ...['fetch.min.bytes', 'fetch.max.wait.ms', 'fetch.max.bytes', 'max.partition.fetch.bytes'],
  ...['register.consumer.metrics', 'flink.partition-discovery.interval-millis'],
]

export interface CheckedSourceProperties {
  readonly settings: KafkaSourceSettings
  /** Names that change nothing. */
  readonly ineffective: readonly string[]
}

/** KAFKA_PROPERTY_INVALID where one cannot be what it is. */
export function checkedSourceProperties(properties: Properties, rackId: string | undefined): CheckedSourceProperties {
  const groupId = properties.getProperty(GROUP_ID)
  const commits = booleanProperty(properties, COMMIT_OFFSETS_ON_CHECKPOINT, groupId !== undefined)
  const autoCommits = booleanProperty(properties, ENABLE_AUTO_COMMIT, false)
  if (groupId === undefined && (commits || autoCommits)) {
    refuseProperty(GROUP_ID, '', 'it is not set, and offsets are to be committed')
  }
  const isolation = choiceProperty(
    properties,
    'isolation.level',
    ['read_uncommitted', 'read_committed'],
    'read_uncommitted',
  )
  const policy = properties.getProperty(ON_MISSING_OFFSET)
  const intervalMs = numberProperty(properties, 'auto.commit.interval.ms', 5_000, 1)
  const settings: KafkaSourceSettings = {
    client: kafkaClientSettings(properties, clientId(properties)),
    groupId,
    commitsOffsetsOnCheckpoints: commits,
    autoCommitIntervalMs: autoCommits ? intervalMs : undefined,
    autoCommitsBesideCheckpoints: true,
    discoveryIntervalMs: numberProperty(properties, PARTITION_DISCOVERY_INTERVAL, DISCOVERY_INTERVAL_MS, -Infinity),
    onMissingOffset: policy === undefined ? undefined : choiceProperty(properties, ON_MISSING_OFFSET, POLICIES, 'fail'),
    showsPartitionMetrics: booleanProperty(properties, 'register.consumer.metrics', true),
    limits: {
      isReadCommitted: isolation === 'read_committed',
      maxWaitMs: numberProperty(properties, 'fetch.max.wait.ms', 500),
      minBytes: numberProperty(properties, 'fetch.min.bytes', 1),
      maxBytes: numberProperty(properties, 'fetch.max.bytes', FETCH_MAX_BYTES, 1),
      maxPartitionBytes: numberProperty(properties, 'max.partition.fetch.bytes', FETCH_MAX_PARTITION_BYTES, 1),
      rackId: rackId ?? properties.getProperty('client.rack') ?? '',
    },
  }
  return { settings, ineffective: withoutEffect(properties, EFFECTIVE) }
}

/** Readers and the enumerator put their numbers after it. */
function clientId(properties: Properties): string {
  const prefix = properties.getProperty('client.id.prefix') ?? properties.getProperty('client.id')
  return prefix ?? properties.getProperty(GROUP_ID) ?? 'KafkaSource'
}
