import type { DescribedTransaction } from '../../connectors/kafka/sink/transaction-requests.js'
import { columns } from '../output/columns.js'
import { shortDuration } from '../output/short-duration.js'

/** A transaction with what is known of the snapshot that was named. */
export interface ShownTransaction extends DescribedTransaction {
  /** Undefined: no snapshot was named. */
  readonly isInSnapshot: boolean | undefined
}

const HEAD = ['transactional id', 'state', 'producer', 'epoch', 'open for', 'of', 'partitions']

export function transactionLines(transactions: readonly ShownTransaction[], nowMs: number): readonly string[] {
  if (transactions.length === 0) return ['No transactions are open.']
  const hasSnapshot = transactions.some(({ isInSnapshot }) => isInSnapshot !== undefined)
  const rows = transactions.map((each) => [
    each.transactionalId,
    each.state,
    String(each.producerId),
    String(each.epoch),
    each.startedAtMs === undefined ? '-' : shortDuration(nowMs - each.startedAtMs),
    shortDuration(each.timeoutMs),
    partitionsText(each),
    ...(hasSnapshot ? [each.isInSnapshot === true ? 'to be committed' : 'not of it'] : []),
  ])
  return columns([hasSnapshot ? [...HEAD, 'snapshot'] : HEAD, ...rows], [2, 3])
}

/** For --json. */
export function transactionDocument(each: ShownTransaction): object {
  return {
    transactionalId: each.transactionalId,
    state: each.state,
    producerId: String(each.producerId),
    epoch: each.epoch,
    startedAtMs: each.startedAtMs ?? null,
    timeoutMs: each.timeoutMs,
    partitions: each.partitions,
    isInSnapshot: each.isInSnapshot ?? null,
  }
}

/** `words-0,1,3`: of each topic. */
function partitionsText({ partitions }: DescribedTransaction): string {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  const texts = [...byTopic].map(([topic, ofTopic]) => `${topic}-${ofTopic.sort((a, b) => a - b).join(',')}`)
  return texts.length === 0 ? '-' : texts.join(' ')
}
