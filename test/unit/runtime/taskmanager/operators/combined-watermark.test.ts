import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WatermarkStatus } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { CombinedWatermark } from '../../../../../src/runtime/taskmanager/operators/combined-watermark.js'

/** What comes through an input, and what the operator is told on it. */
type Fact = readonly [number | WatermarkStatus, number, ...(number | WatermarkStatus)[]]

interface FactsOf {
  readonly title: string
  /** 2 unless given. */
  readonly inputs?: number
  readonly facts: readonly Fact[]
}

/** The last three are those of Flink's AbstractStreamOperatorTest and AbstractStreamOperatorV2Test. */
const FACTS: readonly FactsOf[] = [
  {
    title: 'is the smallest of both, and goes on only',
    facts: [
      [10, 0],
      [5, 1, 5],
      [4, 1],
      [20, 1, 10],
      [15, 0, 15],
    ],
  },
  {
    title: 'is that of the other one when an input goes idle',
    facts: [
      [10, 0],
      [5, 1, 5],
      ['idle', 1, 10],
      [12, 0, 12],
    ],
  },
  {
    title: 'waits for an input that comes back, until it has caught up',
    facts: [
      [10, 0],
      [5, 1, 5],
      ['idle', 1, 10],
      ['active', 1],
      [12, 0],
      [11, 1, 11],
    ],
  },
  {
    title: 'stands still when all are idle, and tells so',
    facts: [
      [10, 0],
      [5, 1, 5],
      ['idle', 0],
      ['idle', 1, 'idle'],
      ['active', 1, 'active'],
      [11, 1, 11],
    ],
  },
  {
    title: 'takes an input with a watermark for active',
    facts: [
      ['idle', 0],
      ['idle', 1, 'idle'],
      [7, 0, 'active', 7],
    ],
  },
  {
    title: 'goes on without an idle input and waits for it again',
    facts: [
      [1, 0],
      ['idle', 1, 1],
      [3, 0, 3],
      ['active', 1],
      [4, 0],
    ],
  },
  {
    title: 'goes on without two idle inputs of three and waits for the first that comes back',
    inputs: 3,
    facts: [
      [1, 0],
      ['idle', 1],
      ['idle', 2, 1],
      [3, 0, 3],
      ['active', 1],
      [4, 0],
    ],
  },
  {
    title: 'is idle when the last of three inputs is',
    inputs: 3,
    facts: [
      ['idle', 0],
      ['idle', 1],
      ['idle', 2, 'idle'],
    ],
  },
]

interface Listener {
  readonly told: (number | WatermarkStatus)[]
  isDone: boolean
}

function combinedOf(inputs: number): { combined: CombinedWatermark; listener: Listener } {
  const listener: Listener = { told: [], isDone: true }
  const combined = new CombinedWatermark(inputs, {
    advance: (timestamp) => {
      listener.told.push(timestamp)
      return listener.isDone
    },
    emitWatermarkStatus: (status) => {
      listener.told.push(status)
    },
  })
  return { combined, listener }
}

describe('The time of an operator with several inputs', () => {
  for (const { title, inputs = 2, facts } of FACTS) {
    it(title, () => {
      const { combined, listener } = combinedOf(inputs)
      for (const [element, input, ...expected] of facts) {
        const isDone =
          typeof element === 'number' ? combined.onWatermark(element, input) : combined.onStatus(element, input)
        assert.equal(isDone, true)
        assert.deepEqual(listener.told.splice(0), expected, `after ${String(element)} from input ${String(input)}`)
      }
    })
  }

  it('is asked for again until the operator is done', () => {
    const { combined, listener } = combinedOf(2)
    combined.onWatermark(10, 0)
    listener.isDone = false
    assert.equal(combined.onStatus('idle', 1), false)
    assert.equal(combined.onStatus('idle', 1), false)
    assert.equal(combined.currentWatermark, Number.NEGATIVE_INFINITY)
    listener.isDone = true
    assert.equal(combined.onStatus('idle', 1), true)
    assert.deepEqual(listener.told, [10, 10, 10])
    assert.equal(combined.currentWatermark, 10)
  })
})
