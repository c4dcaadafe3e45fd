import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../../src/core/keygroups/key-group-assignment.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { InFlightRecords } from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
import type { ChannelStateHandle } from '../../../../../src/storage/state-handles.js'
import { recordsOfHandle, UnalignedTask, unalignedBarrier } from './unaligned-task.js'

function handleOf(values: readonly unknown[], given: Partial<ChannelStateHandle> = {}): ChannelStateHandle {
  const records = new InFlightRecords(structuredSerializer())
  for (const [index, value] of values.entries()) records.add(value, index, 7 * index)
  const { bytes, offsets } = records
  const handle = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
  return { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'GENERIC', offsets, handle, ...given }
}

/** As `handleOf`, in a file. */
async function fileHandleOf(values: readonly unknown[], files: InMemoryFileSystem): Promise<ChannelStateHandle> {
  const { handle, ...rest } = handleOf(values)
  assert.ok(handle.kind === 'inline')
  const writer = await files.openForWrite('/channels')
  await writer.write(new Uint8Array(5))
  await writer.write(handle.bytes)
  await writer.sync()
  await writer.close()
  const lengthBytes = handle.bytes.length
  return { ...rest, handle: { kind: 'file', uri: 'file:/channels', offset: 5, lengthBytes, crc32c: handle.crc32c } }
}

const numbers = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n)}`)

describe('Records that were in flight in the restored checkpoint', () => {
  it('are processed in the order of the handles before any channel is read', async () => {
    const task = new UnalignedTask({
      restored: [handleOf(['a', 'b']), handleOf(['c'], { edgeIndex: 1 }), handleOf(['d'])],
    })
    task.writeMany(0, 2)
    task.writeMany(1, 1)
    await task.settle()
    assert.deepEqual(task.processed.slice(0, 4), ['a', 'b', 'c', 'd'])
    assert.deepEqual(task.processed.slice(4).toSorted(), ['0:0', '0:1', '1:0'])
  })

  it('come from files in pieces, however large they are, with their timestamps', async () => {
    const files = new InMemoryFileSystem()
    const values = [...numbers('small ', 3000), 'x'.repeat(2_500_000), ...numbers('more ', 3000)]
    const restored = [await fileHandleOf(values, files)]
    const task = new UnalignedTask({ restored, files })
    await task.settle()
    assert.deepEqual(task.processed, values)
    task.drain()
    assert.deepEqual(task.read.elements.at(-1), ['record', 'more 2999', 6000, 0])
  })

  it('are those of the own key groups, of what several subtasks get', async () => {
    const values = numbers('', 200)
    const found = await Promise.all(
      [0, 1].map(async (subtaskIndex) => {
        const restored = [handleOf(values, { isSharedByKeyGroup: true }), handleOf(['all'])]
        const task = new UnalignedTask({ restored, subtaskIndex, parallelism: 2 })
        await task.settle()
        return task.processed
      }),
    )
    for (const [subtaskIndex, processed] of found.entries()) {
      const own = values.filter(
        (_, index) => operatorIndexForKeyGroup(128, 2, keyGroupForHash(7 * index, 128)) === subtaskIndex,
      )
      assert.ok(own.length > 50)
      assert.deepEqual(processed, [...own, 'all'])
    }
  })

  it('are taken by a checkpoint that overtakes them, as far as they are left, before what the channels hold', async () => {
    const files = new InMemoryFileSystem()
    const values = numbers('restored ', 5000)
    const task = new UnalignedTask({ restored: [await fileHandleOf(values, files), handleOf(['last'])], files })
    await task.steps(20)
    assert.ok(task.processed.length > 0 && task.processed.length < values.length)
    task.writeMany(0, 3)
    for (const channel of [0, 1]) task.announce(channel, 2)
    for (let steps = 0; steps < 50 && task.acknowledged(2) === undefined; steps += 1) await task.step()
    const before = task.snapshots.get(2) ?? assert.fail()
    const states = Object.values(task.acknowledged(2)?.snapshot.operators ?? {})
    const handles = states.flatMap(({ inputChannels = [] }) => inputChannels)
    assert.deepEqual([...before, ...handles.flatMap(recordsOfHandle)], [...values, 'last', '0:0', '0:1', '0:2'])
    await task.settle()
    assert.deepEqual(task.processed, [...values, 'last', '0:0', '0:1', '0:2'])
  })

  it('are before an aligned checkpoint, whose barriers are read after them', async () => {
    const task = new UnalignedTask({ restored: [handleOf(numbers('restored ', 3000))] })
    for (const channel of [0, 1]) task.writer(channel).writeBarrier(unalignedBarrier(2, { unaligned: false }))
    await task.settle()
    assert.equal(task.snapshots.get(2)?.length, 3000)
    assert.deepEqual(task.inFlight(2, 0), [])
  })

  it('are all processed by a task whose channels have ended', async () => {
    const task = new UnalignedTask({ restored: [handleOf(['a', 'b'])] })
    for (const channel of [0, 1]) {
      task.writer(channel).writeEndOfData()
      task.writer(channel).writeEndOfPartition()
    }
    await task.settle()
    assert.deepEqual(task.processed, ['a', 'b'])
    const states = task.sent.flatMap((message) => (message.type === 'task-state-changed' ? [message.state] : []))
    assert.equal(states.at(-1), 'FINISHED')
  })

  it('fail the task before the first of them is processed where their bytes have changed', async () => {
    const files = new InMemoryFileSystem()
    const handle = await fileHandleOf(numbers('restored ', 10), files)
    const { handle: place } = handle
    const restored = [{ ...handle, handle: { ...place, crc32c: place.crc32c + 1 } }]
    const task = new UnalignedTask({ restored, files })
    await task.steps(5)
    const failed = task.sent.find((message) => message.type === 'task-state-changed' && message.state === 'FAILED')
    assert.match(JSON.stringify(failed), /SNAPSHOT_CORRUPT/)
    assert.deepEqual(task.processed, [])
  })

  it('are refused where the edge carries something else', async () => {
    const task = new UnalignedTask({ restored: [handleOf(['a'], { typeFingerprint: 'LONG' })] })
    await task.steps(5)
    const failed = task.sent.find((message) => message.type === 'task-state-changed' && message.state === 'FAILED')
    assert.match(JSON.stringify(failed), /records in flight of type LONG are for input edge 0/)
  })
})
