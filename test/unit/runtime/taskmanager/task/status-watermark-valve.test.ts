/** What Flink's own test of its valve (StatusWatermarkValveTest) knows of it, as a table: what goes in, and what comes out. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MAX_WATERMARK, type WatermarkStatus } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { StatusWatermarkValve } from '../../../../../src/runtime/taskmanager/task/status-watermark-valve.js'

/** A watermark or a status, and the channel that it comes through. */
type Step = readonly [number | WatermarkStatus, number]

/** A step, and what comes out of the valve on it. */
type Fact = readonly [...Step, ...(number | WatermarkStatus)[]]

interface FactsOf {
  readonly title: string
  readonly channels: number
  readonly facts: readonly Fact[]
}

const FACTS: readonly FactsOf[] = [
  {
    title: 'lets the growing watermarks of one channel through',
    channels: 1,
    facts: [
      [0, 0, 0],
      [25, 0, 25],
    ],
  },
  {
    title: 'never goes back with one channel',
    channels: 1,
    facts: [
      [25, 0, 25],
      [18, 0],
      [42, 0, 42],
    ],
  },
  {
    title: 'tells the status of one channel when it changes; it begins active',
    channels: 1,
    facts: [
      ['active', 0],
      ['idle', 0, 'idle'],
      ['idle', 0],
      ['active', 0, 'active'],
    ],
  },
  {
    title: 'ignores the watermark of an idle channel, so that it counts when it comes again later',
    channels: 1,
    facts: [
      [25, 0, 25],
      ['idle', 0, 'idle'],
      [50, 0],
      ['active', 0, 'active'],
      [50, 0, 50],
    ],
  },
  {
    title: 'says nothing until every channel has a watermark',
    channels: 3,
    facts: [
      [0, 0],
      [0, 1],
      [0, 2, 0],
    ],
  },
  {
    title: 'goes on with the smallest watermark of several channels',
    channels: 3,
    facts: [
      [0, 0],
      [0, 1],
      [0, 2, 0],
      [12, 0],
      [8, 2],
      [10, 2],
      [15, 1, 10],
      [17, 2, 12],
      [20, 0, 15],
    ],
  },
  {
    title: 'never goes back with several channels',
    channels: 3,
    facts: [
      [25, 0],
      [10, 1],
      [17, 2, 10],
      [12, 0],
      [8, 1],
      [15, 2],
    ],
  },
  {
    title: 'is idle when all channels are, and active with the first of them',
    channels: 2,
    facts: [
      ['active', 0],
      ['active', 1],
      ['idle', 1],
      ['idle', 0, 'idle'],
      ['idle', 0],
      ['idle', 1],
      ['active', 1, 'active'],
      ['active', 0],
    ],
  },
  {
    title: 'leaves idle channels out',
    channels: 3,
    facts: [
      [15, 0],
      [10, 1],
      ['idle', 2, 10],
      [18, 1, 15],
      [20, 0, 18],
    ],
  },
  {
    title: 'goes on as one channel after the other goes idle',
    channels: 3,
    facts: [
      [25, 0],
      [10, 1],
      [17, 2, 10],
      ['idle', 1, 17],
      ['idle', 2, 25],
    ],
  },
  {
    title: 'lets the greatest watermark out when the last channel goes idle',
    channels: 3,
    facts: [
      [10, 0],
      [5, 1],
      [3, 2, 3],
      ['idle', 0],
      ['idle', 1],
      ['idle', 2, 10, 'idle'],
    ],
  },
  {
    title: 'lets the greatest watermark out also when the last channel to go idle had less time than the output',
    channels: 3,
    facts: [
      [100, 0],
      [50, 1],
      [70, 2, 50],
      ['idle', 1, 70],
      ['active', 1],
      [60, 1],
      ['idle', 0],
      ['idle', 2],
      ['idle', 1, 100, 'idle'],
    ],
  },
  {
    title: 'is not held back by a channel that comes back from idle, until that has caught up',
    channels: 3,
    facts: [
      [10, 0],
      [7, 1],
      [3, 2, 3],
      ['idle', 2, 7],
      ['active', 2],
      [5, 2],
      [9, 2],
      [12, 1, 9],
    ],
  },
  {
    title: 'goes on with the others while a channel that came back from idle has less time',
    channels: 3,
    facts: [
      [10, 0],
      [7, 1],
      [3, 2, 3],
      ['idle', 2, 7],
      ['active', 2],
      [8, 1, 8],
      [4, 2],
      [9, 1, 9],
    ],
  },
  {
    title: 'says nothing while all active channels have less time than the output',
    channels: 3,
    facts: [
      [10, 0],
      [7, 1],
      ['idle', 2, 7],
      ['active', 2],
      ['idle', 0],
      ['idle', 1],
    ],
  },
  {
    title: 'says nothing when a channel with less time than the output goes idle',
    channels: 2,
    facts: [
      [7, 0],
      [10, 1, 7],
      ['idle', 0, 10],
      ['active', 0],
      [9, 0],
      ['idle', 0],
    ],
  },
  {
    title: 'goes on at once with a channel that comes back and is the only one that has caught up',
    channels: 3,
    facts: [
      [10, 0],
      [7, 1],
      ['idle', 2, 7],
      ['active', 2],
      ['idle', 0],
      ['idle', 1],
      ['active', 0, 10],
      ['idle', 2],
    ],
  },
  {
    title: 'says a watermark once, also where it was found by a channel that came back',
    channels: 3,
    facts: [
      [10, 0],
      [20, 1],
      [30, 2, 10],
      ['idle', 2],
      ['idle', 0, 20],
      ['active', 0],
      ['idle', 1],
      ['active', 2, 30],
      ['idle', 0],
      ['idle', 2, 'idle'],
    ],
  },
  {
    title: 'comes to the end of time when all channels have',
    channels: 2,
    facts: [
      [MAX_WATERMARK, 0],
      [8, 1, 8],
      [MAX_WATERMARK, 1, MAX_WATERMARK],
    ],
  },
]

interface TestedValve {
  readonly valve: StatusWatermarkValve
  /** What came out since it was last asked. */
  readonly take: () => (number | WatermarkStatus)[]
}

function valveOf(channels: number): TestedValve {
  const emitted: (number | WatermarkStatus)[] = []
  const add = (element: number | WatermarkStatus): void => {
    emitted.push(element)
  }
  const valve = new StatusWatermarkValve(channels, { onWatermark: add, onWatermarkStatus: add })
  return { valve, take: () => emitted.splice(0) }
}

function feed(valve: StatusWatermarkValve, [element, channel]: Step): void {
  if (typeof element === 'number') valve.onWatermark(element, channel)
  else valve.onStatus(element, channel)
}

/** The same answers without any short cut: every step looks at all channels. */
class PlainValve {
  readonly out: (number | WatermarkStatus)[] = []
  readonly #channels: { watermark: number; isActive: boolean; isAligned: boolean }[]
  #last = Number.NEGATIVE_INFINITY

  constructor(channels: number) {
    const watermark = Number.NEGATIVE_INFINITY
    this.#channels = Array.from({ length: channels }, () => ({ watermark, isActive: true, isAligned: true }))
  }

  feed([element, index]: Step): void {
    const channel = this.#channels[index]
    assert.ok(channel)
    const wasIdle = this.#isIdle
    if (typeof element === 'number') {
      if (!channel.isActive || element <= channel.watermark) return
      channel.watermark = element
    } else {
      channel.isActive = element === 'active'
    }
    if (!channel.isActive) channel.isAligned = false
    else if (channel.watermark >= this.#last) channel.isAligned = true
    if (wasIdle && !this.#isIdle) this.out.push('active')
    const aligned = this.#channels.filter(({ isAligned }) => isAligned).map(({ watermark }) => watermark)
    if (aligned.length > 0) this.#outputIfLater(Math.min(...aligned))
    if (wasIdle || !this.#isIdle) return
    this.#outputIfLater(Math.max(...this.#channels.map(({ watermark }) => watermark)))
    this.out.push('idle')
  }

  get #isIdle(): boolean {
    return this.#channels.every(({ isActive }) => !isActive)
  }

  #outputIfLater(timestamp: number): void {
    if (timestamp <= this.#last) return
    this.#last = timestamp
    this.out.push(timestamp)
  }
}

describe('A StatusWatermarkValve', () => {
  for (const { title, channels, facts } of FACTS) {
    it(title, () => {
      const { valve, take } = valveOf(channels)
      for (const [element, channel, ...expected] of facts) {
        feed(valve, [element, channel])
        assert.deepEqual(take(), expected, `after ${String(element)} from channel ${String(channel)}`)
      }
    })
  }

  it('gives the answers of one that looks at all channels each time', () => {
    const channels = 4
    const element = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom<WatermarkStatus>('idle', 'active'))
    const step = fc.tuple(element, fc.nat(channels - 1))
    const check = (steps: readonly Step[]): void => {
      const { valve, take } = valveOf(channels)
      const plain = new PlainValve(channels)
      for (const each of steps) {
        feed(valve, each)
        plain.feed(each)
        assert.deepEqual(take(), plain.out.splice(0))
      }
    }
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), check), { numRuns: 500 })
  })
})
