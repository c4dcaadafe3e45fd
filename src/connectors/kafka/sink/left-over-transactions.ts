// Duty: ends what earlier attempts and runs left open, so that readers of committed records need not wait for its timeout.
// Invariants: what a restored snapshot has prepared is left alone: its number is at most that of the checkpoint. Each subtask ends what is
// its own: names of its index, and of those that would be its own with more subtasks, as there may have been more. Of a prefix that no
// writer has any more each subtask ends all, which may be done twice. A name is ended by a new producer id for it, which shuts out an
// attempt that still lives.
// Thread: the task worker that owns the writer.
import { listTransactions } from './transaction-requests.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { partsOfTransactionalId, transactionalIdOf } from './transactional-id.js'
import type { ProducerIdentity } from './transaction-requests.js'

export interface LeftOverInput {
  readonly prefix: string
  /** False: no other subtask has this prefix. */
  readonly isPrefixShared: boolean
  /** Those of the restored snapshot that no writer has any more. */
  readonly earlierPrefixes: readonly string[]
  /** Of the restored checkpoint; 0 on a fresh start. */
  readonly restoredCheckpointId: number
  readonly subtask: number
  readonly parallelism: number
  readonly init: (transactionalId: string) => Promise<ProducerIdentity>
}

const AT_ONCE = 8

/** How many were aborted. */
export async function abortListed(cluster: KafkaCluster, input: LeftOverInput): Promise<readonly string[]> {
  const open = await listTransactions(cluster, ['Ongoing'])
  const leftOver = open.map(({ transactionalId }) => transactionalId).filter((id) => isLeftOver(id, input))
  for (let from = 0; from < leftOver.length; from += AT_ONCE) {
    await Promise.all(leftOver.slice(from, from + AT_ONCE).map((id) => input.init(id)))
  }
  return leftOver
}

/**
 * For brokers that do not list them: one number after the other, until one was never used. So it is with subtasks: where the first
 * number of one was never used, no subtask of a greater index has ever been.
 */
export async function abortProbed(input: LeftOverInput): Promise<readonly string[]> {
  const { prefix: own, earlierPrefixes, restoredCheckpointId, parallelism } = input
  const aborted: string[] = []
  for (const prefix of [own, ...earlierPrefixes]) {
    for (let subtask = input.subtask; ; subtask += parallelism) {
      let checkpointId = restoredCheckpointId + 1
      for (; ; checkpointId += 1) {
        const transactionalId = transactionalIdOf(prefix, { subtask, checkpointId })
        const { epoch } = await input.init(transactionalId)
        if (epoch === 0) break
        aborted.push(transactionalId)
      }
      if (checkpointId === restoredCheckpointId + 1) break
    }
  }
  return aborted
}

function isLeftOver(transactionalId: string, input: LeftOverInput): boolean {
  const { prefix, isPrefixShared, earlierPrefixes, restoredCheckpointId, subtask, parallelism } = input
  const own = partsOfTransactionalId(prefix, transactionalId)
  if (own !== undefined) {
    return own.checkpointId > restoredCheckpointId && (!isPrefixShared || own.subtask % parallelism === subtask)
  }
  return earlierPrefixes.some((earlier) => {
    const parts = partsOfTransactionalId(earlier, transactionalId)
    return parts !== undefined && parts.checkpointId > restoredCheckpointId
  })
}
