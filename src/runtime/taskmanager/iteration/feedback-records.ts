// Duty: how the records of a loop lie in a snapshot: some of them together, after the number of the subtask that they were on
// their way to and how many of these there were.
// Invariants: a record lies as among those in flight (network/in-flight-records.ts).
// Thread: the worker of the head.
import type { TypeInformation } from '../../../api/types/type-information.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../core/keygroups/key-group-assignment.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { TaskInfo } from '../operators/stream-operator.js'

/** Which subtask of how many. */
export type FeedbackPlace = Pick<TaskInfo, 'subtaskIndex' | 'parallelism' | 'maxParallelism'>

export const FEEDBACK_STATE = 'feedback'

/** What the state says of the type of the records in it. */
export function feedbackTypeFingerprint(record: TypeInformation<unknown> | undefined): string {
  return `FEEDBACK(${record?.description ?? 'GENERIC'})`
}

export function writeFeedbackPlace(output: DataOutputView, { subtaskIndex, parallelism }: FeedbackPlace): void {
  output.writeInt32(subtaskIndex)
  output.writeInt32(parallelism)
}

export function writeFeedbackRecord(
  output: DataOutputView,
  serializer: TypeSerializer<unknown>,
  { value, timestamp, keyHash }: { readonly value: unknown; readonly timestamp: number; readonly keyHash: number },
): void {
  output.writeFloat64(timestamp)
  output.writeInt32(keyHash)
  serializer.serialize(value, output)
}

/**
 * Gives a subtask its share of all records of a snapshot. At the old parallelism these are its own; at another one keyed
 * records go where their keys do, and the others are dealt out one by one.
 */
export async function shareOfFeedback(
  parts: AsyncIterable<Uint8Array>,
  { serializer, place }: { readonly serializer: TypeSerializer<unknown>; readonly place: FeedbackPlace },
  take: (value: unknown, timestamp: number, keyHash: number) => void,
): Promise<void> {
  const { subtaskIndex, parallelism, maxParallelism } = place
  let dealt = 0
  for await (const bytes of parts) {
    const input = new DataInputView(bytes)
    const from = input.readInt32()
    const isSame = input.readInt32() === parallelism
    if (isSame && from !== subtaskIndex) continue
    while (input.remaining > 0) {
      const timestamp = input.readFloat64()
      const keyHash = input.readInt32()
      const value = serializer.deserialize(input)
      const ofKey = keyHash === 0 ? undefined : keyGroupForHash(keyHash, maxParallelism)
      const target =
        ofKey === undefined ? dealt++ % parallelism : operatorIndexForKeyGroup(maxParallelism, parallelism, ofKey)
      if (isSame || target === subtaskIndex) take(value, timestamp, keyHash)
    }
  }
}
