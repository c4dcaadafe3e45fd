import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../../../src/api/state/map-state-descriptor.js'
import { Types } from '../../../../../src/api/types/types-table.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { splitOperatorState } from '../../../../../src/storage/operator-state-split.js'
import type { OperatorStateHandle } from '../../../../../src/storage/state-handles.js'
import { MemoryStreams, readInline } from '../../../../contract/runtime/state-backend-streams.js'

const offsets = new ListStateDescriptor<number>('offsets', Types.LONG)
const all = new ListStateDescriptor<string>('all')
const rules = new MapStateDescriptor<unknown, unknown>('rules')

async function restored(handles: readonly OperatorStateHandle[]): Promise<OperatorStateBackend> {
  const backend = new OperatorStateBackend('Op')
  await backend.restore(handles, readInline)
  return backend
}

function filled(numbers: readonly number[]): OperatorStateBackend {
  const backend = new OperatorStateBackend('Op')
  backend.getListState(offsets).addAll(numbers)
  backend.getUnionListState(all).add(`subtask of ${String(numbers[0])}`)
  backend.getBroadcastState(rules).putAll([
    [[1, 'x'], { n: 1 }],
    ['k', 2],
  ])
  return backend
}

async function handleOf(backend: OperatorStateBackend): Promise<OperatorStateHandle> {
  const handle = await backend.snapshot().write(new MemoryStreams())
  assert.ok(handle)
  return handle
}

describe('OperatorStateBackend', () => {
  it('splits lists, unites union lists and copies broadcast state over another parallelism', async () => {
    const handles = [[await handleOf(filled([1, 2, 3]))], [await handleOf(filled([4, 5]))]]
    const lists: number[][] = []
    for (const subtask of splitOperatorState(handles, 3)) {
      const backend = await restored(subtask)
      lists.push([...backend.getListState(offsets).get()])
      assert.deepEqual([...backend.getUnionListState(all).get()], ['subtask of 1', 'subtask of 4'])
      assert.deepEqual(
        [...backend.getBroadcastState(rules).entries()],
        [
          [[1, 'x'], { n: 1 }],
          ['k', 2],
        ],
      )
    }
    assert.deepEqual(lists, [[1, 2], [3, 4], [5]])
  })

  it('snapshots what is there at the call, not what comes until it is written', async () => {
    const backend = filled([1])
    const snapshot = backend.snapshot()
    backend.getListState(offsets).add(2)
    const handle = await snapshot.write(new MemoryStreams())
    assert.ok(handle)
    assert.deepEqual([...(await restored([handle])).getListState(offsets).get()], [1])
  })

  it('carries state that nobody asks for into the next snapshot', async () => {
    const second = await restored([await handleOf(filled([7, 8]))])
    second.getUnionListState(all).add('more')
    const third = await restored([await handleOf(second)])
    assert.deepEqual([...third.getListState(offsets).get()], [7, 8])
    assert.deepEqual([...third.getUnionListState(all).get()], ['subtask of 7', 'more'])
    assert.equal(third.getBroadcastState(rules).get('k'), 2)
  })

  it('of a union list that nobody asks for does not multiply with every snapshot of several subtasks', async () => {
    let handles = [[await handleOf(filled([1]))], [await handleOf(filled([2]))]]
    for (let round = 0; round < 3; round += 1) {
      const subtasks = splitOperatorState(handles, 2).map(async (own, index) => {
        const backend = new OperatorStateBackend('Op', undefined, index)
        await backend.restore(own, readInline)
        return [await handleOf(backend)]
      })
      handles = await Promise.all(subtasks)
    }
    const [first, second] = splitOperatorState(handles, 2)
    for (const own of [first, second]) {
      const backend = await restored(own ?? assert.fail())
      assert.deepEqual([...backend.getUnionListState(all).get()], ['subtask of 1', 'subtask of 2'])
      assert.equal(backend.getBroadcastState(rules).get('k'), 2)
    }
  })

  it('refuses a name for another type, and every name once it was closed', () => {
    const backend = filled([1])
    const message =
      /^State 'offsets' of Op was registered as operator-list state of LONG and is asked for as .* STRING\./
    const asked = (): unknown => backend.getListState(new ListStateDescriptor<string>('offsets', Types.STRING))
    assert.throws(asked, { code: 'STATE_NAME_CONFLICT', message })
    backend.close()
    for (const ask of [
      () => backend.getListState(offsets),
      () => backend.getUnionListState(new ListStateDescriptor('new')),
      () => backend.getBroadcastState(rules),
    ]) {
      assert.throws(ask, {
        code: 'STATE_ASKED_AFTER_CLOSE',
        message: /^Op asked for state '(offsets|new|rules)' after/,
      })
    }
  })

  it('gives the same state for the same descriptor, and refuses the name for another kind', async () => {
    const backend = filled([1])
    assert.equal(backend.getListState(offsets), backend.getListState(offsets))
    const conflict = (error: unknown): boolean => FlinkError.is(error, 'STATE_NAME_CONFLICT')
    assert.throws(() => backend.getUnionListState(offsets), conflict)
    const next = await restored([await handleOf(backend)])
    assert.throws(() => next.getUnionListState(offsets), conflict)
  })

  it('names state and operator when an element cannot be stored', () => {
    const backend = new OperatorStateBackend('Op')
    backend.getListState(new ListStateDescriptor<unknown>('callbacks')).add({ f: () => 1 })
    assert.throws(
      () => backend.snapshot(),
      (error) => {
        assert.ok(FlinkError.is(error, 'STATE_NOT_SERIALIZABLE'))
        assert.match(error.message, /'callbacks' of Op/)
        return true
      },
    )
  })

  it('writes nothing when there is no element, and removes the stream when writing fails', async () => {
    const streams = new MemoryStreams()
    assert.equal(await new OperatorStateBackend('Op').snapshot().write(streams), undefined)
    assert.equal(streams.opened, 0)
    streams.failure = new Error('disk full')
    await assert.rejects(filled([1]).snapshot().write(streams), /disk full/)
    assert.equal(streams.aborted, 1)
  })

  it('names the file where an element has too few bytes for its type', async () => {
    const handle = await handleOf(filled([1, 2]))
    const states = handle.states.map((state) => ({ ...state, offsets: state.offsets.map(() => 0) }))
    const inFile = { kind: 'file', uri: 'file:/cp/chk-1/x', offset: 0, lengthBytes: 9, crc32c: 1 } as const
    const backend = new OperatorStateBackend('Op')
    await backend.restore([{ states, handle: inFile }], () => Promise.resolve(new Uint8Array(9)))
    const told = /^The snapshot file \/cp\/chk-1\/x is damaged at elements of state offsets of Op: \d bytes? w/
    assert.throws(() => backend.getListState(offsets), { code: 'SNAPSHOT_CORRUPT', message: told })
    assert.throws(() => backend.getBroadcastState(rules), { code: 'SNAPSHOT_CORRUPT' })
  })
})
