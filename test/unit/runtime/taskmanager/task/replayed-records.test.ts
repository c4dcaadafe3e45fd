import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../../src/core/keygroups/key-group-assignment.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { InFlightRecords } from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
import type { StoredTime } from '../../../../../src/runtime/taskmanager/network/stored-time.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'
import { ReplayedRecords } from '../../../../../src/runtime/taskmanager/task/replayed-records.js'
import { ReplayedTime } from '../../../../../src/runtime/taskmanager/task/replayed-time.js'
import type { ChannelStateHandle } from '../../../../../src/storage/state-handles.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { recordsOfHandle, UnalignedTask, unalignedBarrier } from './unaligned-task.js'

/** Among records: what their channel says of time. */
class Time {
  readonly time: StoredTime
  constructor(time: StoredTime) {
    this.time = time
  }
}

/** What comes out of a task that is given these, and nothing else: values, `watermark n`, statuses. */
async function cameOutOf(task: UnalignedTask): Promise<unknown[]> {
  await task.settle()
  task.drain()
  return task.read.elements.map((element) => {
    const [kind, what] = element as readonly unknown[]
    return kind === 'watermark' ? `watermark ${String(what)}` : what
  })
}

function handleOf(values: readonly unknown[], given: Partial<ChannelStateHandle> = {}): ChannelStateHandle {
  const records = new InFlightRecords(structuredSerializer())
  for (const [index, value] of values.entries()) {
    if (value instanceof Time) records.addTime(value.time)
    else records.add(value, index, 7 * index)
  }
  const { bytes, offsets, numTimes } = records
  const handle = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
  return { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'GENERIC', offsets, numTimes, handle, ...given }
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
    const values = [...numbers('small ', 300), 'x'.repeat(1_500_000), ...numbers('more ', 300)]
    const restored = [await fileHandleOf(values, files)]
    const task = new UnalignedTask({ restored, files })
    await task.settle()
    assert.deepEqual(task.processed, values)
    task.drain()
    assert.deepEqual(task.read.elements.at(-1), ['record', 'more 299', 600, 0])
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
    const values = numbers('restored ', 1500)
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
    assert.ok(task.downstream.announcedBarrier())
    task.downstream.releaseAnnounced()
    await task.settle()
    assert.deepEqual(task.processed, [...values, 'last', '0:0', '0:1', '0:2'])
  })

  it('say of time what their channel said, between them: the smallest of the channels holds', async () => {
    const restored = [
      handleOf([new Time(1), 'a', new Time(5), 'b', new Time(9)]),
      handleOf(['c', new Time(4), new Time('idle'), new Time('active'), 'd', new Time(7)], { edgeIndex: 1 }),
    ]
    const out = await cameOutOf(new UnalignedTask({ restored }))
    assert.deepEqual(out, ['a', 'b', 'c', 'watermark 4', 'watermark 9', 'd'])
  })

  it('leave no channel idle, as who writes to it has begun anew', async () => {
    const task = new UnalignedTask({
      restored: [handleOf(['a', new Time(5)]), handleOf([new Time('idle')], { edgeIndex: 1 })],
    })
    assert.deepEqual(await cameOutOf(task), ['a', 'watermark 5'])
    task.writer(1).writeWatermark(10)
    await task.settle()
    task.writer(0).writeWatermark(20)
    assert.deepEqual(await cameOutOf(task), ['a', 'watermark 5', 'watermark 10'])
  })

  it('of channels that are no more say of time what all of them say', async () => {
    const virtual = (index: number, ...values: readonly unknown[]) =>
      handleOf(values, { virtualChannel: { index, of: 2 }, channelIndex: index, isSharedByKeyGroup: true })
    const restored = [virtual(0, 'a', new Time(9)), virtual(1, new Time(3), 'b', new Time(8)), virtual(1, new Time(12))]
    assert.deepEqual(await cameOutOf(new UnalignedTask({ inputs: 1, restored })), [
      'a',
      'watermark 3',
      'b',
      'watermark 8',
      'watermark 9',
    ])
    const [first] = restored
    assert.ok(first)
    assert.deepEqual(await cameOutOf(new UnalignedTask({ inputs: 1, restored: [first] })), ['a'])
  })

  it('say it of the channel that is still theirs, else of all channels of their edge, and of no other edge', async () => {
    const edge = { input: 0, typeFingerprint: 'GENERIC', serializer: structuredSerializer() }
    const replayed = new ReplayedRecords({
      edges: [
        { ...edge, firstChannel: 0, channels: 2 },
        { ...edge, firstChannel: 2, channels: 2 },
      ],
      space: new WaitingSpace(),
      fileSystems: new FileSystems(),
      generic: structuredSerializer(),
      isOwnKey: () => true,
    })
    const virtualChannel = { index: 5, of: 1 }
    await replayed.load([
      handleOf([new Time(7)], { channelIndex: 1 }),
      handleOf(['a', new Time(4), new Time('idle')], { edgeIndex: 1, channelIndex: 5, virtualChannel }),
    ])
    const places = replayed.rest().map(({ edgeIndex, channelIndex }) => [edgeIndex, channelIndex])
    assert.deepEqual(places, [
      [0, 1],
      [1, 0],
    ])
    const recorder = new ChannelRecorder()
    while (!replayed.isEmpty) replayed.drain([recorder])
    const statuses = ['idle', 'active'].flatMap((status) => [2, 3].map((channel) => ['status', status, channel]))
    assert.deepEqual(recorder.elements, [
      ['watermark', 7, 1],
      ['record', 'a', 0, 0],
      ['watermark', 4, 2],
      ['watermark', 4, 3],
      ...statuses,
    ])
  })

  it('of channels that are no more are idle when all of them are, and say nothing that goes back', () => {
    const time = new ReplayedTime()
    const said = (index: number, ...times: readonly StoredTime[]) =>
      times.map((each) => time.next(each, handleOf([], { virtualChannel: { index, of: 2 } }), index))
    assert.deepEqual(said(0, 8, 'idle'), [undefined, 'active'])
    assert.deepEqual(said(1, 5, 3, 'idle'), [5, undefined, 'idle'])
    assert.deepEqual(time.idleAtEnd(), [1])
    assert.deepEqual(said(0, 'active', 'idle', 'active', 9), ['active', 'idle', 'active', undefined])
    assert.deepEqual(time.idleAtEnd(), [])
    assert.deepEqual(said(1, 'active', 20), ['active', 9])
  })

  it('are taken with what they say of time by a checkpoint that overtakes them, of the same channels', async () => {
    const values = numbers('', 400).flatMap((value, index) => [value, new Time(index)])
    const restored = [handleOf(values), handleOf([new Time(2), new Time('idle')], { edgeIndex: 1 })]
    const task = new UnalignedTask({ restored })
    await task.steps(6)
    assert.ok(task.processed.length < 400)
    for (const channel of [0, 1]) task.announce(channel, 2)
    for (let steps = 0; steps < 50 && task.acknowledged(2) === undefined; steps += 1) await task.step()
    const before = task.snapshots.get(2) ?? assert.fail()
    const expected = values.map((value) => (value instanceof Time ? `watermark ${String(value.time)}` : value))
    const taken = task.inFlight(2, 0)
    assert.equal(taken.filter((value) => !String(value).startsWith('watermark')).length + before.length, 400)
    assert.deepEqual(taken, expected.slice(expected.length - taken.length))
    assert.deepEqual(task.inFlight(2, 1), ['watermark 2', 'idle', 'active'])
  })

  it('are before an aligned checkpoint, whose barriers are read after them', async () => {
    const task = new UnalignedTask({ restored: [handleOf(numbers('restored ', 800))] })
    for (const channel of [0, 1]) task.writer(channel).writeBarrier(unalignedBarrier(2, { unaligned: false }))
    await task.settle()
    assert.equal(task.snapshots.get(2)?.length, 800)
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
