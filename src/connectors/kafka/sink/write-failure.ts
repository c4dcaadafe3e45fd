// Duty: what became of records that could not be written, as an error of the table.
// Thread: the task worker that owns the writer.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { durationText } from '../../../core/time/duration-text.js'
import { kafkaFailure, isRetriable, protocolErrorsOf } from '../client/kafka-failure.js'
import type { PartitionQueue, QueuedBatch } from './partition-queue.js'
import type { ProducerSettings } from './producer-settings.js'

/** Another producer has the transactional id, or the broker has aborted what was open too long. */
const FENCED = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTION_ABORTABLE',
  'UNKNOWN_PRODUCER_ID',
])
const REFUSED = new Set(['INVALID_RECORD', 'INVALID_TIMESTAMP'])

export interface FailedWrite {
  readonly queue: PartitionQueue
  readonly queued: QueuedBatch
  readonly session: { readonly transactionalId: string | null } | undefined
  readonly settings: ProducerSettings
}

/** The name that the broker gave of it; undefined: it was something else. */
export function fencedBy(error: unknown): string | undefined {
  return protocolErrorsOf(error).find((name) => FENCED.has(name))
}

export function fencedFailure(transactionalId: string, error: unknown): FlinkError | undefined {
  const reason = fencedBy(error)
  if (reason === undefined) return undefined
  return new FlinkError('KAFKA_TRANSACTION_FENCED', { transactionalId, reason }, { cause: error })
}

export function writeFailure(error: unknown, { queue, queued, session, settings }: FailedWrite): FlinkError {
  const transactionalId = session?.transactionalId ?? undefined
  const fenced = transactionalId === undefined ? undefined : fencedFailure(transactionalId, error)
  if (fenced !== undefined) return fenced
  const [name = ''] = protocolErrorsOf(error)
  const partition = queue.name
  if (REFUSED.has(name)) {
    const size = `a batch of ${String(queued.batch.count)} records with ${String(queued.batch.sizeBytes)} bytes`
    const words = serverWordsOf(error)
    const answer = words === undefined ? name : `${name} (${words})`
    const reason = `the broker answers ${answer} for ${size}`
    return new FlinkError('KAFKA_RECORD_REFUSED', { topic: queue.topic, reason }, { cause: error })
  }
  const timeout = durationText(settings.deliveryTimeoutMs)
  if (!isRetriable(error)) {
    return kafkaFailure(error, { operation: `to write records to ${partition}`, broker: 'its leader', timeout })
  }
  const reason = `${name}${name === '' ? '' : ': '}${messageOf(error)}`
  const details = { numRecords: queued.batch.count, partition, broker: 'its leader', timeout, reason }
  return new FlinkError('KAFKA_WRITE_FAILED', details, { cause: error })
}

/** What the broker has said beside the name; without a dot, as more of the sentence follows. */
function serverWordsOf(error: unknown): string | undefined {
  const { serverErrorMessage: words } = error as { readonly serverErrorMessage?: unknown }
  return typeof words === 'string' && words !== '' ? words.replace(/\.$/, '') : undefined
}
