// Duty: readers and enumerators of a Kafka source, of what its builder has gathered.
// Thread: a task worker each.
import { Boundedness } from '../../../api/connector/source/boundedness.js'
import type { SourceReaderContext } from '../../../api/connector/source/source-reader-context.js'
import type { SplitEnumeratorContext } from '../../../api/connector/source/split-enumerator-context.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { KafkaOptions } from '../../../core/config/kafka-options.js'
import { SystemRandom } from '../../../core/random/system-random.js'
import type { Clock } from '../../../core/time/clock.js'
import { SystemClock } from '../../../core/time/system-clock.js'
import { KafkaCluster } from '../client/kafka-cluster.js'
import type { KafkaClientSettings } from '../client/kafka-client-settings.js'
import { EndingDeserializer } from './ending-deserializer.js'
import type { KafkaPartitionSplit, KafkaSourceEnumState } from './kafka-partition-split.js'
import type { KafkaRecordDeserializationSchema } from './kafka-record-deserialization-schema.js'
import { KafkaSourceEnumerator } from './kafka-source-enumerator.js'
import { KafkaSourceReaderMetrics } from './kafka-source-reader-metrics.js'
import { KafkaSourceReader } from './kafka-source-reader.js'
import type { KafkaSourceSettings } from './kafka-source-settings.js'
import type { KafkaSubscriber } from './kafka-subscriber.js'
import { OffsetCommitter, type OffsetCommitterInput } from './offset-committer.js'
import type { OffsetsInitializer } from './offsets-initializer.js'

/** What a builder has gathered. */
export interface KafkaSourceParts<T> {
  readonly subscriber: KafkaSubscriber
  readonly startingOffsets: OffsetsInitializer
  readonly stoppingOffsets: OffsetsInitializer | undefined
  readonly boundedness: Boundedness
  readonly deserializer: KafkaRecordDeserializationSchema<T>
  readonly settings: KafkaSourceSettings
  /** Properties that change nothing. */
  readonly ineffective: readonly string[]
  /** Undefined: records are never asked whether they are the last. */
  readonly isEndOfStream?: ((record: T) => boolean) | undefined
}

export function kafkaSourceReader<T>(parts: KafkaSourceParts<T>, context: SourceReaderContext): KafkaSourceReader<T> {
  const { settings, isEndOfStream } = parts
  const clock = context.getClock()
  const logger = context.getLogger?.()
  const metrics = new KafkaSourceReaderMetrics(context.getMetricGroup(), settings.showsPartitionMetrics)
  const open = clusterOpener(settings.client, String(context.getIndexOfSubtask()), clock)
  const configuration = context.getConfiguration()
  const policy = settings.onMissingOffset ?? configuration.get(KafkaOptions.ON_MISSING_OFFSET)
  const services = { clock, logger, metrics, open }
  const committer = offsetCommitter(settings, configuration, services)
  const ending = isEndOfStream === undefined ? undefined : new EndingDeserializer(parts.deserializer, isEndOfStream)
  const deserializer = ending ?? parts.deserializer
  return new KafkaSourceReader({ context, ...services, committer, settings, policy, deserializer, ending })
}

/** Undefined: the broker is told nothing. */
function offsetCommitter(
  { groupId, commitsOffsetsOnCheckpoints, autoCommitIntervalMs, autoCommitsBesideCheckpoints }: KafkaSourceSettings,
  configuration: Configuration,
  services: Pick<OffsetCommitterInput, 'open' | 'clock' | 'logger' | 'metrics'>,
): OffsetCommitter | undefined {
  if (groupId === undefined) return undefined
  const takesCheckpoints = (configuration.get(CheckpointingOptions.CHECKPOINTING_INTERVAL) ?? 0) > 0
  const intervalMs = takesCheckpoints && !autoCommitsBesideCheckpoints ? undefined : autoCommitIntervalMs
  const commits = { groupId, commitsAfterCheckpoints: commitsOffsetsOnCheckpoints, intervalMs }
  return new OffsetCommitter({ ...commits, ...services })
}

/** `restored`: undefined on a fresh start. */
export function kafkaSourceEnumerator(
  parts: Omit<KafkaSourceParts<unknown>, 'isEndOfStream'>,
  context: SplitEnumeratorContext<KafkaPartitionSplit>,
  restored: KafkaSourceEnumState | undefined,
): KafkaSourceEnumerator {
  const { subscriber, startingOffsets, stoppingOffsets, boundedness, settings, ineffective } = parts
  const logger = context.getLogger?.()
  if (ineffective.length > 0) {
    logger?.warn('properties of Kafka have no effect here', { properties: ineffective.join(', ') })
  }
  return new KafkaSourceEnumerator({
    context,
    subscriber,
    startingOffsets,
    stoppingOffsets,
    restored,
    logger,
    open: clusterOpener(settings.client, 'enumerator', new SystemClock()),
    groupId: settings.groupId,
    isReadCommitted: settings.limits.isReadCommitted,
    discoveryIntervalMs: boundedness === Boundedness.BOUNDED ? -1 : settings.discoveryIntervalMs,
    hasEnd: stoppingOffsets !== undefined,
  })
}

/** One cluster, however often it is opened. */
function clusterOpener(client: KafkaClientSettings, name: string, clock: Clock): () => Promise<KafkaCluster> {
  let opened: Promise<KafkaCluster> | undefined
  return () => {
    const settings = { ...client, clientId: `${client.clientId}-${name}` }
    opened ??= KafkaCluster.open(settings, { clock, random: new SystemRandom() })
    return opened
  }
}
