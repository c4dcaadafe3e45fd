/** When the keys of an interval join leave the state, where all of it is in memory. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { BuffersSweep } from '../../../../../src/runtime/taskmanager/joins/buffers-sweep.js'
import { JoinBuffers } from '../../../../../src/runtime/taskmanager/joins/join-buffers.js'
import type { ValuesInMemory } from '../../../../../src/runtime/taskmanager/state/internal-state.js'

const CLEANUPS_FROM = 1_700_000_000_000

class Keys implements ValuesInMemory {
  readonly clock = new ManualClock(0)
  buffers: (JoinBuffers | undefined)[] = []
  looks = 0
  /** How long it takes to go through some. */
  lookMs = 0

  size = 0

  add(cleanup: number): void {
    const added = new JoinBuffers(0)
    added.addLeft(0, 'value', cleanup)
    this.buffers.push(added)
    this.size += 1
  }

  removeWhere(isOver: (value: unknown) => boolean, from: number, count: number): number {
    const end = Math.min(from + count, this.buffers.length)
    for (let position = from; position < end; position += 1) {
      const value = this.buffers[position]
      if (value === undefined) continue
      this.looks += 1
      if (!isOver(value)) continue
      this.buffers[position] = undefined
      this.size -= 1
    }
    this.clock.advance(this.lookMs)
    if (end < this.buffers.length) return end
    this.buffers = this.buffers.filter((each) => each !== undefined)
    return 0
  }

  sweep(waitMs: number): BuffersSweep {
    return new BuffersSweep(this, { leftMs: waitMs, rightMs: 0 }, this.clock)
  }
}

describe('a sweep through the keys of an interval join', () => {
  it('leaves none for longer than a quarter of the time for which records wait', () => {
    const keys = new Keys()
    const sweep = keys.sweep(800)
    for (let time = 0; time < 10_000; time += 10) {
      keys.add(CLEANUPS_FROM + time + 800)
      assert.equal(sweep.advance(CLEANUPS_FROM + time), true)
      const oldest = Math.min(...keys.buffers.map((each) => each?.lastCleanup ?? Infinity))
      assert.ok(oldest > CLEANUPS_FROM + time - 200, `${String(oldest)} at ${String(time)}`)
    }
    assert.ok(keys.looks < 1000 * 7, `${String(keys.looks)} looks`)
    assert.equal(sweep.advance(Infinity), true)
    assert.equal(keys.size, 0)
  })

  it('is exact where records wait for a few ms', () => {
    const keys = new Keys()
    const sweep = keys.sweep(2)
    for (const cleanup of [1, 2, 3, 4, 5]) keys.add(cleanup)
    for (const [watermark, left] of [
      [0, 5],
      [1, 4],
      [4, 1],
      [5, 0],
    ] as const) {
      sweep.advance(watermark)
      assert.equal(keys.size, left)
    }
  })

  it('stops after 2 ms, and goes on where it stopped', () => {
    const keys = new Keys()
    keys.lookMs = 1
    for (let key = 0; key < 20_000; key += 1) keys.add(key % 2)
    const sweep = keys.sweep(0)
    assert.equal(sweep.advance(0), false)
    assert.ok(keys.looks < 20_000 && keys.looks > 0)
    assert.equal(sweep.advance(0), true)
    assert.equal(keys.looks, 20_000)
    assert.equal(keys.size, 10_000)
    assert.equal(sweep.advance(0), true)
    assert.equal(keys.looks, 20_000)
  })

  it('looks at a key a few times, also where records do not wait but come in great disorder', () => {
    const keys = new Keys()
    const sweep = keys.sweep(0)
    const disorderMs = 5000
    for (let time = 0; time < 30_000; time += 1) {
      keys.add(time + ((time * 7919) % disorderMs))
      sweep.advance(time)
    }
    assert.ok(keys.looks < 30 * 30_000, `${String(keys.looks)} looks`)
    assert.ok(keys.size < disorderMs, `${String(keys.size)} keys`)
  })

  it('comes before its time where there are twice as many keys', () => {
    const keys = new Keys()
    const sweep = keys.sweep(100)
    // Most are of a time far ahead: steps become long while nothing else comes.
    for (let key = 0; key < 500; key += 1) keys.add(1e15)
    for (let time = 0; time < 100_000; time += 10) sweep.advance(time)
    let most = 0
    for (let time = 100_000; time < 200_000; time += 1) {
      keys.add(time + 100)
      sweep.advance(time)
      most = Math.max(most, keys.size)
    }
    assert.ok(most < 2 * (500 + 100) + 1024 + 10, `${String(most)} keys`)
  })
})
