import { kafkaCommittables, type KafkaCommittable } from '../../connectors/kafka/sink/kafka-committable.js'
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

/** What the sinks of a snapshot have prepared and not seen committed. Sinks to other systems are left out. */
export async function transactionsInSnapshot(operand: string, context: CliContext): Promise<SnapshotTransactions> {
  const processor = await stateProcessorOf(context)
  return onSnapshot(operand, context, async (snapshot) => {
    const { summary } = await processor.inspect(snapshot)
    const hasCommitters = summary?.operators.some(({ states }) => states.some(({ name }) => name === COMMITTER_STATE))
    const transactions: KafkaCommittable[] = []
    if (hasCommitters === true) {
      const take = (text: string): boolean => {
        for (const line of text.split('\n')) if (line !== '') transactions.push(...transactionIn(line))
        return true
      }
      await processor.export(snapshot, { filter: { operators: [], states: [COMMITTER_STATE] }, take })
    }
    return { checkpointId: summary?.checkpointId ?? 0, transactions }
  })
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
