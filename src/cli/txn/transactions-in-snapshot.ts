import { kafkaCommittables, type KafkaCommittable } from '../../connectors/kafka/sink/kafka-committable.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { DataInputView } from '../../core/memory/data-input-view.js'
import type { CliContext } from '../arguments/cli-context.js'
import { onSnapshot, stateProcessorOf } from '../job/state-processor-of.js'

/** Flink's name of the state of committers. */
const COMMITTER_STATE = 'streaming_committer_raw_states'

export interface SnapshotTransactions {
  /** The number of the checkpoint. */
  readonly checkpointId: number
  readonly transactions: readonly KafkaCommittable[]
}

/**
 * What the sinks of a snapshot have prepared and not seen committed. Sinks to other systems are left out. SNAPSHOT_METADATA_MISSING for a
 * directory that is none, as that of a checkpoint which was not completed, or of all of a job.
 */
export async function transactionsInSnapshot(operand: string, context: CliContext): Promise<SnapshotTransactions> {
  const processor = await stateProcessorOf(context)
  return onSnapshot(operand, context, async (snapshot) => {
    const { summary, listing = [] } = await processor.inspect(snapshot)
    // Taken for one without transactions, those of the checkpoint that was meant would be aborted as left over.
    if (summary === undefined) throw noSnapshot(snapshot, listing)
    const hasCommitters = summary.operators.some(({ states }) => states.some(({ name }) => name === COMMITTER_STATE))
    const transactions: KafkaCommittable[] = []
    if (hasCommitters) {
      const take = (text: string): boolean => {
        for (const line of text.split('\n')) if (line !== '') transactions.push(...transactionIn(line))
        return true
      }
      await processor.export(snapshot, { filter: { operators: [], states: [COMMITTER_STATE] }, take })
    }
    return { checkpointId: summary.checkpointId, transactions }
  })
}

function noSnapshot(path: string, below: readonly { readonly path: string }[]): FlinkError {
  const [newest] = below
  const found = newest === undefined ? '' : ` The newest of the snapshots below it is ${newest.path}. Name one of them.`
  return new FlinkError('SNAPSHOT_METADATA_MISSING', { path, found })
}

/** A line as `state export` prints it. */
function transactionIn(line: string): readonly KafkaCommittable[] {
  const { value } = JSON.parse(line) as { readonly value?: { readonly $bytes?: string } }
  if (value?.$bytes === undefined) return []
  try {
    const input = new DataInputView(Buffer.from(value.$bytes, 'base64'))
    // How often it was tried, and the version of the serializer.
    const [, version] = [input.readVarInt(), input.readVarInt()]
    return [kafkaCommittables.deserialize(version, input.readBytes(input.remaining).slice())]
  } catch {
    return []
  }
}
