import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../../src/core/errors/flink-error.js'
import { RawStateLists } from '../../../../../../src/runtime/taskmanager/operators/own/raw-state-lists.js'
import { OperatorStateBackend } from '../../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { splitOperatorState } from '../../../../../../src/storage/operator-state-split.js'
import type { OperatorStateHandle } from '../../../../../../src/storage/state-handles.js'
import { MemoryStreams, readInline } from '../../../../../contract/runtime/state-backend-streams.js'
import { TestOperatorContext } from '../../../../../operators/test-operator-context.js'

const MAX_PARALLELISM = 8

function listsOf(subtaskIndex: number, parallelism: number, backend: OperatorStateBackend): RawStateLists {
  const { taskInfo } = new TestOperatorContext({
    taskInfo: { subtaskIndex, parallelism, maxParallelism: MAX_PARALLELISM },
  })
  return new RawStateLists('Op', taskInfo, backend)
}

/** Of a subtask whose key groups each hold their number. */
async function written(subtaskIndex: number, parallelism: number): Promise<OperatorStateHandle[]> {
  const backend = new OperatorStateBackend('Op')
  const lists = listsOf(subtaskIndex, parallelism, backend)
  const output = lists.keyedOutput()
  for (const keyGroup of output.getKeyGroupList()) output.startNewKeyGroup(keyGroup).writeInt32(100 + keyGroup)
  lists.endSnapshot()
  return [(await backend.snapshot().write(new MemoryStreams())) ?? assert.fail()]
}

describe('raw keyed state', () => {
  it('comes back in the subtask that has the key group, whatever the parallelism', async () => {
    const handles = [await written(0, 2), await written(1, 2)]
    for (const parallelism of [1, 2, 3, 8]) {
      const found: number[][] = []
      for (const [index, own] of splitOperatorState(handles, parallelism).entries()) {
        const backend = new OperatorStateBackend('Op')
        await backend.restore(own, readInline)
        const lists = listsOf(index, parallelism, backend)
        const inputs = lists.restoredKeyGroups()
        assert.deepEqual(
          inputs.map((each) => each.getKeyGroupId()),
          lists.keyedOutput().getKeyGroupList(),
        )
        found.push(inputs.map((each) => each.getStream().readInt32()))
      }
      assert.deepEqual(found.flat(), [100, 101, 102, 103, 104, 105, 106, 107])
    }
  })

  it('of another subtask, or of a key group that is none, is not taken', () => {
    const output = listsOf(1, 2, new OperatorStateBackend('Op')).keyedOutput()
    assert.deepEqual(output.getKeyGroupList(), [4, 5, 6, 7])
    for (const keyGroup of [3, -1, 8, 4.5, Number.NaN]) {
      assert.throws(
        () => output.startNewKeyGroup(keyGroup),
        (error: unknown) => FlinkError.is(error, 'KEY_GROUP_REFUSED'),
      )
    }
  })
})
