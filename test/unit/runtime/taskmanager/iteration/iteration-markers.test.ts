import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IterationMarkers } from '../../../../../src/runtime/taskmanager/iteration/iteration-markers.js'

class Task {
  activity = 0
  holdsRecords = false
  readonly forwarded: number[] = []
  readonly markers: IterationMarkers

  constructor(channelCount: number) {
    this.markers = new IterationMarkers({
      channelCount,
      activity: () => this.activity,
      holdsRecords: () => this.holdsRecords,
      forward: (quietRounds) => this.forwarded.push(quietRounds),
    })
  }
}

describe('a task in a loop', () => {
  it('hands a marker on when all channels have brought theirs or have ended', () => {
    const task = new Task(3)
    task.markers.onMarker(1, 0)
    task.markers.onMarker(1, 1)
    assert.deepEqual(task.forwarded, [])
    task.markers.onEndOfData(2)
    assert.deepEqual(task.forwarded, [0])
  })

  it('counts as quiet only after a round without records, and then is as quiet as the least of its channels', () => {
    const task = new Task(2)
    const round = (...quiet: readonly [number, number]): void => {
      for (const [channel, quietRounds] of quiet.entries()) task.markers.onMarker(quietRounds, channel)
    }
    round(5, 7)
    round(6, 8)
    task.activity += 1
    round(7, 9)
    round(8, 10)
    assert.deepEqual(task.forwarded, [0, 6, 0, 8])
  })

  it('is not quiet while it holds records that it will emit', () => {
    const task = new Task(1)
    task.markers.onMarker(1, 0)
    task.holdsRecords = true
    task.markers.onMarker(2, 0)
    task.holdsRecords = false
    task.markers.onMarker(3, 0)
    assert.deepEqual(task.forwarded, [0, 0, 3])
  })

  it('keeps markers of a channel that is ahead, and hands on none when all channels have ended', () => {
    const task = new Task(2)
    task.markers.onMarker(1, 0)
    task.markers.onMarker(2, 0)
    task.markers.onMarker(4, 1)
    assert.deepEqual(task.forwarded, [0])
    task.markers.onEndOfData(1)
    assert.deepEqual(task.forwarded, [0, 2])
    task.markers.onEndOfData(0)
    assert.deepEqual(task.forwarded, [0, 2])
  })
})
