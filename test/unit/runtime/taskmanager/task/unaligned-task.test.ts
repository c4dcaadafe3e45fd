import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { recordsOfInFlight, UnalignedTask, unalignedBarrier } from './unaligned-task.js'

/** Its output is full: nothing is processed any more. */
async function fullTask(input: ConstructorParameters<typeof UnalignedTask>[0] = {}): Promise<UnalignedTask> {
  const task = await UnalignedTask.started(input)
  const { upstream } = task
  for (let round = 0; round < 20; round += 1) {
    for (const channel of upstream.keys()) task.writeMany(channel, 20, 20 * round)
    await task.steps(4)
  }
  const before = task.processed.length
  await task.steps(10)
  assert.equal(task.processed.length, before)
  return task
}

function ofChannel(values: readonly unknown[], channel: number): unknown[] {
  return values.filter((value) => String(value).startsWith(`${String(channel)}:`))
}

describe('A task with barriers that overtake', () => {
  it('takes the checkpoint at the first one though its output is full, its own barrier first', async () => {
    const task = await fullTask()
    assert.equal(task.task.hasWork(), false)
    task.announce(0, 1)
    assert.equal(task.task.hasWork(), true)
    await task.step()
    assert.equal(task.snapshots.get(1)?.length, task.processed.length)
    assert.equal(task.downstream.announcedBarrier()?.checkpointId, 1)
    assert.equal(task.acknowledged(1), undefined)
    assert.equal(task.task.hasWork(), false)
    task.announce(1, 1)
    assert.equal(task.task.hasWork(), true)
    await task.steps(2)
    const { metrics } = task.acknowledged(1) ?? assert.fail()
    assert.equal(metrics.unaligned, true)
    assert.ok((metrics.persistedSizeBytes ?? 0) > 100)
    task.drain()
    assert.deepEqual([...task.read.values, ...task.inFlight(1, 'out')], task.snapshots.get(1))
  })

  it('has of each channel in its state what was written before the barrier and not processed before the snapshot', async () => {
    const task = await UnalignedTask.started()
    task.writeMany(0, 3)
    task.writeMany(1, 3)
    task.announce(0, 1)
    await task.step()
    assert.deepEqual(task.snapshots.get(1), [])
    task.writeMany(0, 2, 3)
    task.writeMany(1, 2, 3)
    await task.settle()
    assert.deepEqual(ofChannel(task.processed, 1), ['1:0', '1:1', '1:2', '1:3', '1:4'])
    task.announce(1, 1)
    task.writeMany(1, 2, 5)
    await task.settle()
    assert.deepEqual(task.inFlight(1, 0), ['0:0', '0:1', '0:2'])
    assert.deepEqual(task.inFlight(1, 1), ['1:0', '1:1', '1:2', '1:3', '1:4'])
    assert.equal(task.processed.length, 12)
  })

  it('processes the records that it records as it would otherwise, and a function may change them', async () => {
    const task = await UnalignedTask.started({ inputs: 2 })
    task.announce(0, 1)
    await task.step()
    task.write(1, { n: 1 })
    await task.settle()
    for (const value of task.processed) Object.assign(value as object, { n: 'changed' })
    task.announce(1, 1)
    await task.settle()
    assert.deepEqual(task.inFlight(1, 1), [{ n: 1 }])
  })

  it('has in its place what a channel that it records says of time, which has its effect all the same', async () => {
    const task = await UnalignedTask.started()
    task.announce(0, 1)
    await task.step()
    const writer = task.writer(1)
    task.write(1, '1:0')
    writer.writeWatermark(5)
    writer.writeWatermarkStatus('idle')
    writer.writeWatermarkStatus('active')
    task.write(1, '1:1')
    writer.writeWatermark(8)
    task.writer(0).writeWatermark(7)
    await task.settle()
    task.announce(1, 1)
    writer.writeWatermark(9)
    await task.settle()
    assert.deepEqual(task.inFlight(1, 1), ['1:0', 'watermark 5', 'idle', 'active', '1:1', 'watermark 8'])
    assert.deepEqual(task.inFlight(1, 0), [])
    assert.ok(task.downstream.announcedBarrier())
    task.downstream.releaseAnnounced()
    task.drain()
    // While channel 1 is idle the time is that of channel 0 alone.
    assert.deepEqual(task.read.elements, [
      ['record', '1:0', 0, 0],
      ['watermark', 5, 0],
      ['watermark', 7, 0],
      ['record', '1:1', 0, 0],
    ])
    const handles = Object.values(task.acknowledged(1)?.snapshot.operators ?? {}).flatMap(
      ({ inputChannels }) => inputChannels ?? [],
    )
    assert.deepEqual(
      handles.map(({ edgeIndex, numTimes }) => [edgeIndex, numTimes]),
      [[1, 4]],
    )
  })

  it('waits for the barriers of channels in which they keep their places, and holds the others meanwhile', async () => {
    const task = await UnalignedTask.started({ inputs: 3, alignedOnly: [1] })
    task.writeMany(0, 2)
    task.announce(0, 1)
    task.writeMany(0, 2, 2)
    task.writeMany(1, 2)
    task.writeMany(2, 2)
    await task.settle()
    assert.deepEqual(task.processed.toSorted(), ['0:0', '0:1', '1:0', '1:1', '2:0', '2:1'])
    assert.equal(task.snapshots.size, 0)
    assert.equal(task.task.hasWork(), false)
    task.writer(1).writeBarrier(unalignedBarrier(1))
    task.writeMany(1, 2, 2)
    await task.settle()
    assert.equal(task.snapshots.get(1)?.length, 6)
    assert.equal(task.processed.length, 10)
    task.announce(2, 1)
    await task.settle()
    assert.deepEqual(
      [0, 1, 2].map((edge) => task.inFlight(1, edge)),
      [[], [], []],
    )
    assert.ok(task.acknowledged(1))
  })

  it('takes a barrier that came among the records as that of its channel', async () => {
    const task = await UnalignedTask.started()
    task.writeMany(1, 2)
    task.writer(0).writeBarrier(unalignedBarrier(1))
    task.writeMany(0, 2)
    await task.settle()
    assert.ok(task.snapshots.has(1))
    const processedBefore = ofChannel(task.snapshots.get(1) ?? [], 1)
    task.writer(1).writeBarrier(unalignedBarrier(1))
    task.writeMany(1, 2, 2)
    await task.settle()
    assert.deepEqual([...processedBefore, ...task.inFlight(1, 1)], ['1:0', '1:1'])
    assert.deepEqual(task.inFlight(1, 0), [])
  })

  it('counts a channel that has ended as one whose barrier came', async () => {
    const task = await UnalignedTask.started()
    task.announce(0, 1)
    await task.step()
    task.writeMany(1, 2)
    task.writer(1).writeEndOfData()
    task.writer(1).writeEndOfPartition()
    await task.settle()
    assert.deepEqual(task.inFlight(1, 1), ['1:0', '1:1'])
    task.announce(0, 2)
    await task.settle()
    assert.ok(task.acknowledged(2))
  })

  it('takes what lies before the end of a channel, which is there if not read, and waits for nothing', async () => {
    const task = await fullTask()
    for (const channel of [0, 1]) task.writer(channel).writeEndOfData()
    for (const channel of [0, 1]) task.writer(channel).writeEndOfPartition()
    const inFlight = [0, 1].map((channel) => task.writer(channel).inFlight(structuredSerializer()))
    assert.ok(
      inFlight.every(({ offsets }) => offsets.length > 1),
      'the end waits at the writer',
    )
    task.announce(0, 1)
    await task.steps(3)
    assert.equal(task.acknowledged(1), undefined)
    assert.ok(task.downstream.announcedBarrier())
    task.downstream.releaseAnnounced()
    await task.settle()
    assert.ok(task.acknowledged(1))
    assert.equal(task.processed.length, 2 * 20 * 20)
    const ofFirst = ofChannel(task.snapshots.get(1) ?? [], 1)
    assert.equal(ofFirst.length + task.inFlight(1, 1).length, 400)
  })

  it('takes a checkpoint that it is told of itself, as nobody upstream runs, with all that is left in its channels', async () => {
    const task = await UnalignedTask.started({ inputs: 1, inputSlots: 4 })
    task.writeMany(0, 5)
    task.writer(0).writeEndOfData()
    task.writer(0).writeEndOfPartition()
    task.task.triggerCheckpoint(unalignedBarrier(1))
    await task.steps(3)
    assert.ok(task.acknowledged(1))
    assert.deepEqual(task.snapshots.get(1), [])
    assert.deepEqual(task.inFlight(1, 0), ['0:0', '0:1', '0:2', '0:3', '0:4'])
    await task.settle()
    assert.equal(task.processed.length, 5)
  })

  it('declines when a cancel barrier comes where a barrier was to come', async () => {
    const task = await UnalignedTask.started()
    task.announce(0, 1)
    await task.step()
    task.writer(1).writeCancelBarrier(1)
    await task.settle()
    assert.deepEqual(task.declined, [1])
    assert.equal(task.acknowledged(1), undefined)
    for (const channel of [0, 1]) task.announce(channel, 2)
    await task.settle()
    assert.ok(task.acknowledged(2))
  })

  it('gives up the checkpoint for a newer one in a channel that has not brought its barrier', async () => {
    const task = await UnalignedTask.started()
    task.announce(0, 1)
    await task.step()
    task.announce(1, 2)
    await task.steps(2)
    task.announce(0, 2)
    task.writeMany(0, 1)
    await task.settle()
    assert.deepEqual(task.declined, [1])
    assert.ok(task.acknowledged(2))
    assert.equal(task.processed.length, 1)
  })

  it('goes on with both checkpoints where the newer one came in a channel after the older one', async () => {
    const task = await UnalignedTask.started({ alignedOnly: [1] })
    task.writer(1).writeBarrier(unalignedBarrier(1))
    await task.settle()
    task.announce(0, 1)
    await task.settle()
    task.announce(0, 2)
    task.writer(1).writeBarrier(unalignedBarrier(2))
    await task.settle()
    assert.deepEqual([task.acknowledged(1)?.checkpointId, task.acknowledged(2)?.checkpointId], [1, 2])
  })

  it('answers nothing when the coordinator has aborted it meanwhile, and passes over its late barriers', async () => {
    const task = await UnalignedTask.started()
    task.announce(0, 1)
    await task.step()
    task.task.notifyCheckpointAborted(1)
    await task.settle()
    task.announce(1, 1)
    for (const channel of [0, 1]) task.writeMany(channel, 2)
    await task.settle()
    assert.equal(task.processed.length, 4)
    assert.deepEqual([task.declined, task.acknowledged(1)], [[], undefined])
    for (const channel of [0, 1]) task.announce(channel, 2)
    await task.settle()
    assert.ok(task.acknowledged(2))
  })

  it('sends a cancel barrier for one that was aborted before it was taken here, and lets the held channels go on', async () => {
    const task = await UnalignedTask.started()
    task.task.notifyCheckpointAborted(1)
    await task.settle()
    for (const channel of [0, 1]) {
      task.announce(channel, 1)
      task.writeMany(channel, 2)
    }
    await task.settle()
    assert.equal(task.processed.length, 4)
    assert.ok(task.read.elements.some((element) => Array.isArray(element) && element[0] === 'cancel'))
    assert.equal(task.task.hasWork(), false)
  })

  it('forgets held channels of a checkpoint that is aborted during its alignment', async () => {
    const task = await UnalignedTask.started({ alignedOnly: [1] })
    task.announce(0, 1)
    task.writeMany(0, 2)
    await task.settle()
    assert.equal(task.processed.length, 0)
    task.task.notifyCheckpointAborted(1)
    await task.settle()
    assert.equal(task.processed.length, 2)
  })

  it('takes an aligned checkpoint as an unaligned one when a barrier overtakes, those that came among records included', async () => {
    const task = await UnalignedTask.started({ inputs: 3 })
    const barrier = unalignedBarrier(1, { unaligned: false, alignedTimeoutMs: 100 })
    task.writer(0).writeBarrier(barrier)
    task.writeMany(0, 2)
    await task.settle()
    assert.equal(task.snapshots.size, 0)
    task.clock.advance(100)
    task.writeMany(1, 3)
    task.writer(1).writeBarrier(barrier)
    const late = task.writer(1).overtakeLate(barrier, structuredSerializer())
    assert.ok(late)
    await task.step()
    assert.ok(task.snapshots.has(1))
    task.writeMany(2, 2)
    task.writer(2).writeBarrier(barrier)
    await task.settle()
    assert.equal(task.acknowledged(1)?.metrics.unaligned, true)
    assert.deepEqual([...task.inFlight(1, 1), ...recordsOfInFlight(late)], ['1:0', '1:1', '1:2'])
    assert.deepEqual(task.inFlight(1, 2), ['2:0', '2:1'])
    assert.equal(task.processed.length, 7)
    assert.equal(task.task.hasWork(), false)
  })

  it('lets its barrier overtake when its reader has not read it in time, though the checkpoint is acknowledged', async () => {
    const task = await UnalignedTask.started()
    const barrier = unalignedBarrier(1, { unaligned: false, alignedTimeoutMs: 100 })
    task.writeMany(0, 1)
    for (const channel of [0, 1]) task.writer(channel).writeBarrier(barrier)
    await task.steps(6)
    assert.equal(task.acknowledged(1)?.metrics.unaligned, undefined)
    assert.equal(task.downstream.announcedBarrier(), undefined)
    task.clock.advance(100)
    assert.equal(task.downstream.announcedBarrier()?.checkpointId, 1)
    task.drain()
    assert.deepEqual(task.read.values, ['0:0'])
  })

  it('is aligned for a savepoint, whatever lies in front of its barriers', async () => {
    const task = await UnalignedTask.started()
    for (const channel of [0, 1]) task.writeMany(channel, 2)
    for (const channel of [0, 1]) {
      task.writer(channel).writeBarrier(unalignedBarrier(1, { kind: 'savepoint', unaligned: false }))
    }
    await task.settle()
    assert.equal(task.snapshots.get(1)?.length, 4)
    assert.equal(task.acknowledged(1)?.metrics.unaligned, undefined)
    assert.equal(task.downstream.announcedBarrier(), undefined)
  })
})
