import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { DataOutputView } from '../../../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { NO_REGISTERED_TYPES } from '../../../../../src/core/types/registered-types.js'
import {
  shareOfFeedback,
  writeFeedbackPlace,
  writeFeedbackRecord,
} from '../../../../../src/runtime/taskmanager/iteration/feedback-records.js'

const serializer = structuredSerializer(NO_REGISTERED_TYPES)
const parallelism = fc.integer({ min: 1, max: 5 })
/** By subtask: the hashes of the keys of its records, 0 without one. */
const hashes = fc.array(fc.array(fc.oneof(fc.constant(0), fc.integer()), { maxLength: 20 }), {
  minLength: 1,
  maxLength: 5,
})

async function* oneByOne(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

it('the records of a loop come to one subtask each, whatever the new parallelism, and those of a key to the same one', async () => {
  await fc.assert(
    fc.asyncProperty(hashes, parallelism, async (bySubtask, newParallelism) => {
      const before = bySubtask.length
      let next = 0
      const parts = bySubtask.map((own, subtaskIndex) => {
        const output = new DataOutputView(64)
        writeFeedbackPlace(output, { subtaskIndex, parallelism: before, maxParallelism: 128 })
        for (const keyHash of own) writeFeedbackRecord(output, serializer, { value: next++, timestamp: 7, keyHash })
        return output.toBytes()
      })
      const seen = new Map<unknown, number>()
      const subtaskOfKey = new Map<number, number>()
      for (let subtaskIndex = 0; subtaskIndex < newParallelism; subtaskIndex += 1) {
        const place = { subtaskIndex, parallelism: newParallelism, maxParallelism: 128 }
        await shareOfFeedback(oneByOne(parts), { serializer, place }, (value, timestamp, keyHash) => {
          assert.equal(timestamp, 7)
          seen.set(value, (seen.get(value) ?? 0) + 1)
          if (keyHash === 0 || newParallelism === before) return
          assert.equal(subtaskOfKey.get(keyHash) ?? subtaskIndex, subtaskIndex)
          subtaskOfKey.set(keyHash, subtaskIndex)
        })
      }
      assert.deepEqual(
        [...seen.keys()].sort((a, b) => Number(a) - Number(b)),
        Array.from({ length: next }, (_, at) => at),
      )
      assert.ok([...seen.values()].every((times) => times === 1))
    }),
  )
})
