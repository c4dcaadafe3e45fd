import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { HeldRecords, type HeldTaker } from '../../../../../src/runtime/taskmanager/iteration/held-records.js'
import type { ChannelEnds, ChannelHandler } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'

const ignore = (): void => undefined

/** Four records of memory: most wait as bytes. */
function channel(): ChannelEnds {
  const capacity = { batchRecords: 2, batches: 2 }
  return new LocalChannel({ onData: ignore, onRoom: ignore, copier: { copy: (value) => value }, capacity })
}

class Snapshot implements HeldTaker {
  isOpen = true
  readonly records: unknown[] = []
  numEnds = 0
  addHeld(value: unknown, timestamp: number, keyHash: number): void {
    this.records.push([value, timestamp, keyHash])
  }
  endHeld(): void {
    this.numEnds += 1
  }
}

/** At most so many. */
function taking(count: number, onRecord: ChannelHandler['onRecord']): ChannelHandler {
  let left = count
  return {
    onRecord: (value, timestamp, keyHash) => {
      left -= 1
      onRecord(value, timestamp, keyHash)
    },
    mayContinue: () => left > 0,
    onComingKeys: ignore,
    onWatermark: ignore,
    onWatermarkStatus: ignore,
    onBarrier: ignore,
    onCancelBarrier: ignore,
    onIterationMarker: ignore,
    onEndOfData: ignore,
    onEndOfPartition: ignore,
  }
}

type Step = readonly [kind: 'add' | 'drain' | 'copy' | 'snapshot' | 'abort', count: number]

const steps = fc.array(
  fc.tuple(fc.constantFrom<Step[0]>('add', 'add', 'drain', 'copy', 'copy', 'snapshot', 'abort'), fc.nat(12)),
  { maxLength: 60 },
)

it('held records are given out once and in order, and every snapshot has those that were held when it was taken', () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      const held = new HeldRecords(channel)
      const there: unknown[] = []
      const snapshots: { readonly taker: Snapshot; readonly expected: readonly unknown[] }[] = []
      let next = 0
      const drain = (count: number): void => {
        const given: unknown[] = []
        held.drain(taking(count, (...record) => given.push(record)))
        assert.deepEqual(given, there.splice(0, given.length))
      }
      const copy = (count: number): void => {
        let left = count
        held.copySome(() => (left -= 1) <= 0)
      }
      const act: Readonly<Record<Step[0], (count: number) => void>> = {
        add: (count) => {
          for (const end = next + count; next < end; next += 1) {
            held.add(next, next * 2, next * 3)
            there.push([next, next * 2, next * 3])
          }
        },
        drain,
        copy,
        snapshot: () => {
          const taker = new Snapshot()
          held.beginSnapshot(taker)
          snapshots.push({ taker, expected: [...there] })
        },
        abort: (count) => {
          const snapshot = snapshots[count]
          if (snapshot !== undefined) snapshot.taker.isOpen = false
        },
      }
      for (const [kind, count] of drawn) {
        act[kind](count)
        assert.equal(held.isEmpty, there.length === 0)
      }
      while (held.isAwaited) copy(5)
      while (!held.isEmpty) drain(5)
      assert.equal(there.length, 0)
      for (const { taker, expected } of snapshots) {
        if (!taker.isOpen) continue
        assert.deepEqual(taker.records, expected)
        assert.equal(taker.numEnds, 1)
      }
      held.close()
    }),
  )
})

it('a held record that a snapshot has taken, and that finds no room to wait on, fails the task and is not lost in silence', () => {
  const full = new Error('no space left')
  let channels = 0
  const held = new HeldRecords(() => {
    const ends = channel()
    channels += 1
    if (channels > 1) {
      ends.writer.writeRecord = () => {
        throw full
      }
    }
    return ends
  })
  held.add('a', 0, 0)
  held.beginSnapshot(new Snapshot())
  assert.throws(() => {
    held.copySome(() => false)
  }, full)
  assert.ok(!held.isEmpty)
  assert.throws(() => {
    held.drain(taking(1, ignore))
  }, full)
})
