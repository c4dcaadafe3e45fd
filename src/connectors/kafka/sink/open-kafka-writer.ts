// Duty: makes the writer of a subtask: its connections, what earlier attempts left open, its first transaction.
// Invariants: what is left over is ended before anything is written. The committer commits what the restored snapshot has by other names and
// needs nothing of this, in whatever order the two begin.
// Thread: the task worker that owns the writer.
import type { WriterInitContext } from '../../../api/connector/sink2/writer-init-context.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { IdempotentSession } from './idempotent-session.js'
import { KafkaWriter, type WriterParts } from './kafka-writer.js'
import type { KafkaWriterState } from './kafka-writer-state.js'
import { abortListed, abortProbed, type LeftOverInput } from './left-over-transactions.js'
import { PartitionChoice } from './partition-choice.js'
import type { ProducerSettings } from './producer-settings.js'
import { RecordSender } from './record-sender.js'
import type { RecordSerialization } from './record-serialization.js'
import { sealOptions } from './seal-options.js'
import { SinkContextOfTask } from './sink-context-of-task.js'
import { TopicPartitions } from './topic-partitions.js'
import { TransactionNaming } from './transaction-naming.js'
import { canListTransactions } from './transaction-requests.js'
import { WriterMetrics } from './writer-metrics.js'

export interface KafkaWriterInput<IN> {
  readonly settings: ProducerSettings
  readonly serializer: RecordSerialization<IN>
  readonly openCluster: (context: WriterInitContext) => Promise<KafkaCluster>
  /** Undefined: not EXACTLY_ONCE. */
  readonly transactionalIdPrefix: string | undefined
  /** All subtasks have the same one. */
  readonly isPrefixShared: boolean
  readonly flushesAtCheckpoints: boolean
}

export async function openKafkaWriter<IN>(
  input: KafkaWriterInput<IN>,
  context: WriterInitContext,
  recovered: readonly KafkaWriterState[],
): Promise<KafkaWriter<IN>> {
  const cluster = await input.openCluster(context)
  try {
    return await openOver(cluster, { input, context, recovered })
  } catch (error) {
    await cluster.close()
    throw error
  }
}

interface Opening<IN> {
  readonly input: KafkaWriterInput<IN>
  readonly context: WriterInitContext
  readonly recovered: readonly KafkaWriterState[]
}

async function openOver<IN>(cluster: KafkaCluster, opening: Opening<IN>): Promise<KafkaWriter<IN>> {
  const { input, context } = opening
  const { settings, serializer, transactionalIdPrefix } = input
  const taskInfo = context.getTaskInfo()
  const [subtask, parallelism] = [taskInfo.getIndexOfThisSubtask(), taskInfo.getNumberOfParallelSubtasks()]
  const clock = context.getClock()
  const topics = new TopicPartitions(cluster, clock)
  const sinkContext = new SinkContextOfTask(subtask, parallelism, topics)
  await serializer.open?.(sinkContext)
  const naming =
    transactionalIdPrefix === undefined ? undefined : await openNaming(cluster, transactionalIdPrefix, opening)
  const metrics = new WriterMetrics(context.metricGroup())
  const sender = new RecordSender({
    cluster,
    settings,
    clock,
    seal: sealOptions(cluster.library, settings.compression),
    onWritten: (numRecords, numBytes) => {
      metrics.written(numRecords, numBytes)
    },
    onFailure: (error) => {
      metrics.failed()
      failTask(context, error)
    },
  })
  if (naming === undefined) sender.begin(new IdempotentSession(cluster, settings.isIdempotent))
  const parts: WriterParts<IN> = {
    ...{ cluster, sender, topics, serializer, clock, naming },
    choice: new PartitionChoice(settings.batchBytes, subtask),
    context: sinkContext,
    state: transactionalIdPrefix === undefined ? undefined : { transactionalIdPrefix, subtask, parallelism },
    flushesAtCheckpoints: input.flushesAtCheckpoints,
  }
  return new KafkaWriter(parts)
}

async function openNaming<IN>(
  cluster: KafkaCluster,
  prefix: string,
  { input, context, recovered }: Opening<IN>,
): Promise<TransactionNaming> {
  const taskInfo = context.getTaskInfo()
  const restoredCheckpointId = context.getRestoredCheckpointId() ?? 0
  const [subtask, logger] = [taskInfo.getIndexOfThisSubtask(), context.getLogger?.()]
  const next = restoredCheckpointId + 1
  const onShortened = (shortened: TransactionNaming): void => {
    warnOfTimeout(shortened, context)
  }
  const naming = new TransactionNaming({
    cluster,
    settings: input.settings,
    prefix,
    subtask,
    logger,
    next,
    onShortened,
  })
  warnOfTimeout(naming, context)
  const leftOver: LeftOverInput = {
    ...{ prefix, isPrefixShared: input.isPrefixShared },
    earlierPrefixes: [...new Set(recovered.map((each) => each.transactionalIdPrefix))].filter(
      (each) => each !== prefix,
    ),
    restoredCheckpointId,
    subtask,
    parallelism: taskInfo.getNumberOfParallelSubtasks(),
    init: (transactionalId) => naming.init(transactionalId),
  }
  const lists = await canListTransactions(cluster)
  naming.leavesNoGaps = !lists
  const aborted = lists ? await abortListed(cluster, leftOver) : await abortProbed(leftOver)
  if (aborted.length > 0) {
    const fields = { transactions: aborted.slice(0, NAMED).join(', '), numTransactions: aborted.length, subtask }
    logger?.info('transactions that an earlier attempt left open were aborted', fields)
  }
  return naming
}

/** As many as a line of the log names. */
const NAMED = 10

/** A transaction is open from one checkpoint to the next, and then until that is complete. */
function warnOfTimeout(naming: TransactionNaming, context: WriterInitContext): void {
  const configuration = context.getConfiguration()
  const intervalMs = configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL)
  if (intervalMs === undefined) return
  const longestMs = intervalMs + configuration.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT)
  if (longestMs <= naming.timeoutMs) return
  context
    .getLogger?.()
    .warn(
      'a transaction may be open for longer than Kafka lets it be, and its records are lost then: set transaction.timeout.ms of the sink to more than the interval of checkpoints and their timeout together, with room for a restart',
      { transactionTimeout: durationText(naming.timeoutMs), intervalAndTimeout: durationText(longestMs) },
    )
}

/** Between two records: there may come none that would tell. */
function failTask(context: WriterInitContext, error: unknown): void {
  const service = context.getProcessingTimeService()
  service.registerTimer(service.getCurrentProcessingTime(), () => {
    throw error
  })
}
