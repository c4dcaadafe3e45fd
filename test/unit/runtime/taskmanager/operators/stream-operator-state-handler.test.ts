import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../../src/api/state/value-state.js'
import { StateTtlConfig } from '../../../../../src/api/state/state-ttl-config.js'
import { Time } from '../../../../../src/api/eventtime/time.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import { DefaultKeyedStateStore } from '../../../../../src/runtime/taskmanager/operators/default-keyed-state-store.js'
import { StreamOperatorStateHandler } from '../../../../../src/runtime/taskmanager/operators/stream-operator-state-handler.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { HeapKeyedStateBackend } from '../../../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { RocksDBStateBackend } from '../../../../../src/runtime/taskmanager/state/rocksdb/rocksdb-state-backend.js'
import type { KeyedStateBackend } from '../../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { StateBackend } from '../../../../../src/runtime/taskmanager/state/state-backend.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import type { MemoryKvStore } from '../../../../contract/runtime/memory-kv-store.js'
import { rocksdbResources } from '../../../../contract/runtime/rocksdb-under-test.js'
import {
  SortedKeyedStateBackend,
  SortedStateBackend,
} from '../../../../contract/runtime/sorted/sorted-keyed-state-backend.js'
import { freeSlices, MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'

const KEYED = {
  operatorId: 'a'.repeat(32),
  name: 'Count',
  keys: [{ kind: 'auto', select: (value: unknown) => value }],
} as unknown as OperatorBinding

/** What a handler needs of a task. */
function contextWith(parts: Partial<OperatorContext> = {}): OperatorContext {
  const taskInfo = { subtaskIndex: 0, parallelism: 1, maxParallelism: 128 }
  const context = { taskInfo, registeredTypes: undefined, configuration: new Configuration(), ...parts }
  return { fileSystems: new FileSystems(), ...context } as unknown as OperatorContext
}

const configured = (type: string): OperatorContext =>
  contextWith({ configuration: Configuration.fromMap({ 'state.backend.type': type }) })

async function keyedSnapshot(): Promise<KeyedStateHandle> {
  const handler = new StreamOperatorStateHandler(KEYED, contextWith())
  await handler.restore(undefined)
  const state = handler.keyedBackend?.getOrCreateKeyedState(new ValueStateDescriptor('v')) as ValueState<unknown>
  for (let key = 0; key < 100; key += 1) {
    handler.keyedBackend?.setCurrentKey(key, hashKey(key, 'auto'))
    state.update({ key })
  }
  const [handle] = (await handler.capture(undefined).keyed?.write(new MemoryStreams(), freeSlices())) ?? []
  return handle ?? assert.fail()
}

describe('The state of an operator', () => {
  it('is kept in the backend that the configuration names, by the names that Flink has', () => {
    for (const type of ['hashmap', 'jobmanager', 'filesystem']) {
      assert.ok(new StreamOperatorStateHandler(KEYED, configured(type)).keyedBackend instanceof HeapKeyedStateBackend)
    }
  })

  it('is kept in none of a name that is not known, which is told with those that are', () => {
    for (const type of ['forst', 'HashMap2', '']) {
      assert.throws(() => new StreamOperatorStateHandler(KEYED, configured(type)), {
        code: 'CONFIG_VALUE_INVALID',
        message: new RegExp(`'${type}' for key 'state.backend.type'.*hashmap`),
      })
    }
  })

  it('is kept in the backend that the task was given, which is opened, restored and disposed of asynchronously', async () => {
    const handler = new StreamOperatorStateHandler(KEYED, contextWith({ stateBackend: new SortedStateBackend() }))
    const { keyedBackend } = handler
    assert.ok(keyedBackend instanceof SortedKeyedStateBackend)
    assert.throws(() => {
      keyedBackend.setCurrentKey(1, hashKey(1, 'auto'))
    }, /a backend that was to be open is made/)
    await handler.restore({ ...EMPTY_SUBTASK_STATE, managedKeyed: [await keyedSnapshot()] })
    const state = keyedBackend.getOrCreateKeyedState(new ValueStateDescriptor('v')) as ValueState<unknown>
    keyedBackend.setCurrentKey(7, hashKey(7, 'auto'))
    assert.deepEqual(state.value(), { key: 7 })
    await handler.dispose()
    await handler.dispose()
    assert.throws(() => keyedBackend.snapshot(), /a backend that was to be open is disposed/)
  })

  it('is in one store, opened once, whether it begins empty or is restored', async () => {
    for (const managedKeyed of [[], [await keyedSnapshot()]]) {
      const opened: MemoryKvStore[] = []
      const stateBackend = new RocksDBStateBackend(rocksdbResources({ driver: 'memory', opened }))
      const handler = new StreamOperatorStateHandler(KEYED, contextWith({ stateBackend }))
      await handler.restore({ ...EMPTY_SUBTASK_STATE, managedKeyed })
      assert.equal(handler.keyedBackend?.getOrCreateKeyedState(new ValueStateDescriptor('v')) === undefined, false)
      await handler.dispose()
      assert.deepEqual(
        opened.map(({ isClosed }) => isClosed),
        [true],
      )
    }
  })

  it('is restored with the id of the checkpoint that it comes from, which later ones may build on', async () => {
    const told: unknown[] = []
    class Told extends HeapKeyedStateBackend {
      override restore(...given: Parameters<KeyedStateBackend['restore']>): Promise<void> {
        told.push(given[2])
        return super.restore(given[0], given[1])
      }
    }
    const stateBackend: StateBackend = { name: 'told', createKeyedStateBackend: (parameters) => new Told(parameters) }
    const handler = new StreamOperatorStateHandler(KEYED, contextWith({ stateBackend }))
    await handler.restore({ ...EMPTY_SUBTASK_STATE, managedKeyed: [await keyedSnapshot()] }, 17)
    assert.deepEqual(told, [17])
  })

  it('that was damaged is told as damaged, though its bytes reach the backend before their checksum', async () => {
    const { handle, ...rest } = await keyedSnapshot()
    assert.ok(handle.kind === 'inline')
    const disk = new InMemoryFileSystem()
    await disk.mkdirs('/cp')
    const bytes = handle.bytes.map((byte, index) => (index < 3 ? 255 : byte))
    await (await disk.openForWrite('/cp/x')).write(bytes)
    const file = {
      kind: 'file',
      uri: 'file:/cp/x',
      offset: 0,
      lengthBytes: bytes.length,
      crc32c: handle.crc32c,
    } as const
    const managedKeyed = [{ ...rest, handle: file }]
    const fileSystems = new FileSystems().register('file', disk)
    for (const stateBackend of [undefined, new SortedStateBackend()]) {
      const handler = new StreamOperatorStateHandler(KEYED, contextWith({ fileSystems, stateBackend }))
      await assert.rejects(handler.restore({ ...EMPTY_SUBTASK_STATE, managedKeyed }), { code: 'SNAPSHOT_CORRUPT' })
    }
  })
})

describe('The keys of states that may grow without end', () => {
  async function countedOf(context: OperatorContext): Promise<unknown[]> {
    const handler = new StreamOperatorStateHandler(KEYED, context)
    await handler.restore(undefined)
    const backend = handler.keyedBackend ?? assert.fail()
    const counts: unknown[] = [handler.capture(undefined).entryCounts]
    const expiring = new ValueStateDescriptor<number>('expiring')
    expiring.enableTimeToLive(StateTtlConfig.newBuilder(Time.hours(1)).build())
    const store = new DefaultKeyedStateStore('Count', backend)
    const states = [
      store.getState(new ValueStateDescriptor<number>('seen')),
      store.getState(expiring),
      backend.getOrCreateKeyedState(new ValueStateDescriptor('own')) as ValueState<unknown>,
    ]
    for (let key = 0; key < 100; key += 1) {
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      for (const state of states) state.update(key)
    }
    counts.push(handler.capture(undefined).entryCounts)
    backend.setCurrentKey(7, hashKey(7, 'auto'))
    states[0]?.clear()
    counts.push(handler.capture(undefined).entryCounts)
    await handler.dispose()
    return counts
  }

  it('are counted of what functions asked for and has no time to live', async () => {
    const processingTime = { currentProcessingTime: () => 0 } as unknown as OperatorContext['processingTime']
    assert.deepEqual(await countedOf(contextWith({ processingTime })), [undefined, { seen: 100 }, { seen: 99 }])
  })
})
