import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../../src/core/keygroups/key-group-assignment.js'
import { InFlightState, type InFlightRecord } from '../../../../../src/runtime/taskmanager/async/in-flight-state.js'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { splitOperatorState } from '../../../../../src/storage/operator-state-split.js'
import type { OperatorStateHandle } from '../../../../../src/storage/state-handles.js'
import { MemoryStreams, readInline } from '../../../../contract/runtime/state-backend-streams.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

const records: readonly InFlightRecord[] = Array.from({ length: 40 }, (_, value) => {
  return { value, timestamp: value, keyHash: hashKey(`key ${String(value % 7)}`, 'auto') }
})

async function handleOf(own: readonly InFlightRecord[], isKeyed: boolean): Promise<OperatorStateHandle[]> {
  const backend = new OperatorStateBackend('Op')
  new InFlightState(backend, undefined, { isKeyed, taskInfo: new TestOperatorContext().taskInfo }).set(own)
  return [(await backend.snapshot().write(new MemoryStreams())) ?? assert.fail()]
}

for (const isKeyed of [true, false]) {
  it(`records in flight come back in one subtask each${isKeyed ? ', that of their key' : ''}, in their order`, async () => {
    const handles = [await handleOf(records.slice(0, 25), isKeyed), await handleOf(records.slice(25), isKeyed)]
    for (const parallelism of [1, 3, 5]) {
      const all: InFlightRecord[] = []
      for (const [subtaskIndex, own] of splitOperatorState(handles, parallelism).entries()) {
        const backend = new OperatorStateBackend('Op')
        await backend.restore(own, readInline)
        const { taskInfo } = new TestOperatorContext({ taskInfo: { subtaskIndex, parallelism } })
        const state = new InFlightState(backend, undefined, { isKeyed, taskInfo })
        const restored = state.takeRestored()
        assert.deepEqual(
          restored.map(({ timestamp }) => timestamp),
          restored.map(({ timestamp }) => timestamp).toSorted((one, other) => one - other),
        )
        const { maxParallelism } = taskInfo
        for (const { keyHash } of isKeyed ? restored : []) {
          const keyGroup = keyGroupForHash(keyHash, maxParallelism)
          assert.equal(operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup), subtaskIndex)
        }
        all.push(...restored)
        assert.deepEqual(state.takeRestored(), [])
      }
      assert.deepEqual(
        all.toSorted((one, other) => one.timestamp - other.timestamp),
        records,
      )
    }
  })
}
