import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AsyncOutputMode } from '../../../../../src/api/dag/operators/async-spec.js'
import { AsyncRecord } from '../../../../../src/runtime/taskmanager/async/async-record.js'
import { StreamElementQueue } from '../../../../../src/runtime/taskmanager/async/stream-element-queue.js'

/** Of each element that may go out now: the record's value, `W` with the watermark, or the status. */
function popCompleted(queue: StreamElementQueue): string[] {
  const popped: string[] = []
  while (queue.hasNext) {
    const record = queue.nextRecord
    if (record !== undefined) {
      queue.removeRecord()
      popped.push(String(record.value))
      continue
    }
    const { status, watermark } = queue.nextEnd ?? {}
    queue.removeEnd()
    popped.push(
      [status, watermark === undefined ? undefined : `W${watermark}`].filter((each) => each !== undefined).join(' '),
    )
  }
  return popped
}

function queueOf(mode: AsyncOutputMode): {
  queue: StreamElementQueue
  put: (value: string, key?: number) => () => void
} {
  const queue = new StreamElementQueue(mode)
  return {
    queue,
    put: (value, key = 0) => {
      const record = new AsyncRecord(value, 0, key)
      queue.put(record)
      return () => {
        record.results = [value]
        queue.completed(record)
      }
    },
  }
}

describe('StreamElementQueue', () => {
  it('gives the head only, in order, once it is completed', () => {
    const { queue, put } = queueOf('ordered')
    const complete1 = put('1')
    const complete2 = put('2')
    queue.putWatermark(2)
    const complete4 = put('4')
    assert.deepEqual(popCompleted(queue), [])
    complete2()
    complete4()
    assert.deepEqual(popCompleted(queue), [])
    assert.ok(!queue.isEmpty)
    complete1()
    assert.deepEqual(popCompleted(queue), ['1', '2', 'W2', '4'])
    assert.ok(queue.isEmpty)
  })

  it('gives what is completed before the oldest watermark, unordered, and what is after it only after it', () => {
    const { queue, put } = queueOf('unordered')
    const complete = [put('1'), put('2')]
    queue.putWatermark(2)
    complete.push(put('3'), put('4'))
    queue.putWatermark(5)
    complete.push(put('5'), put('6'))
    const done = (n: number): void => complete[n - 1]?.()
    done(3)
    assert.deepEqual(popCompleted(queue), [])
    done(2)
    assert.deepEqual(popCompleted(queue), ['2'])
    done(6)
    done(4)
    assert.deepEqual(popCompleted(queue), [])
    done(1)
    assert.deepEqual(popCompleted(queue), ['1', 'W2', '3', '4', 'W5', '6'])
    assert.ok(!queue.isEmpty)
    done(5)
    assert.deepEqual(popCompleted(queue), ['5'])
    assert.ok(queue.isEmpty)
  })

  it('keeps the order of each key where that is asked for, and lets other keys pass', () => {
    const { queue, put } = queueOf('ordered-by-key')
    const a1 = put('a1', 1)
    const a2 = put('a2', 1)
    const b1 = put('b1', 2)
    queue.putWatermark(7)
    const a3 = put('a3', 1)
    a2()
    a3()
    assert.deepEqual(popCompleted(queue), [])
    b1()
    assert.deepEqual(popCompleted(queue), ['b1'])
    a1()
    assert.deepEqual(popCompleted(queue), ['a1', 'a2', 'W7', 'a3'])
    assert.ok(queue.isEmpty)
  })

  it('keeps of what tells time in a row the last word, and its place among the records', () => {
    const { queue, put } = queueOf('ordered')
    const first = put('1')
    queue.putWatermark(1)
    queue.putWatermark(2)
    queue.putStatus('idle')
    const second = put('2')
    queue.putStatus('active')
    second()
    first()
    assert.deepEqual(popCompleted(queue), ['1', 'idle W2', '2', 'active'])
    put('3')()
    assert.deepEqual(popCompleted(queue), ['3'])
    assert.ok(queue.isEmpty)
  })
})
