/** What Flink's tests of its generators know: BoundedOutOfOrdernessWatermarksTest, AscendingTimestampsWatermarksTest, WatermarksWithIdlenessTest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Duration } from '../../../../../src/api/eventtime/time.js'
import type { WatermarkGenerator } from '../../../../../src/api/eventtime/watermark-generator.js'
import type { WatermarkOutput } from '../../../../../src/api/eventtime/watermark-output.js'
import { WatermarkStrategy } from '../../../../../src/api/eventtime/watermark-strategy.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { ActivityClock } from '../../../../../src/runtime/taskmanager/eventtime/activity-clock.js'
import { createWatermarkGenerator } from '../../../../../src/runtime/taskmanager/eventtime/watermark-generators.js'

class Recorded implements WatermarkOutput {
  readonly told: unknown[] = []
  emitWatermark(watermark: unknown): void {
    this.told.push(watermark)
  }
  markIdle(): void {
    this.told.push('idle')
  }
  markActive(): void {
    this.told.push('active')
  }
}

function generatorOf(strategy: WatermarkStrategy<unknown>, clock = new ManualClock()) {
  const activity = new ActivityClock(clock)
  return { generator: createWatermarkGenerator(strategy, { clock }, activity), clock, activity }
}

function periodic(generator: WatermarkGenerator<unknown>): unknown {
  const output = new Recorded()
  generator.onPeriodicEmit(output)
  return output.told[0]
}

function told(generator: WatermarkGenerator<unknown>, timestamp: number): void {
  const output = new Recorded()
  generator.onEvent('event', timestamp, output)
  assert.deepEqual(output.told, [])
}

const boundedBy10ms = WatermarkStrategy.forBoundedOutOfOrderness<unknown>(Duration.ofMillis(10))

describe('The generator for bounded out of orderness', () => {
  it('knows nothing of time before the first record', () => {
    assert.equal(periodic(generatorOf(boundedBy10ms).generator), Number.NEGATIVE_INFINITY)
  })

  it('is less than the time of a record by the bound and 1 ms', () => {
    const { generator } = generatorOf(boundedBy10ms)
    told(generator, 1337)
    assert.equal(periodic(generator), 1326)
  })

  it('is less than the latest of several records, and says so each time', () => {
    const { generator } = generatorOf(boundedBy10ms)
    for (const timestamp of [12_345, 12_300, 12_340, 12_280]) told(generator, timestamp)
    assert.equal(periodic(generator), 12_334)
    assert.equal(periodic(generator), 12_334)
  })
})

describe('The generator for monotonous timestamps', () => {
  it('is 1 ms less than the latest record', () => {
    const { generator } = generatorOf(WatermarkStrategy.forMonotonousTimestamps())
    assert.equal(periodic(generator), Number.NEGATIVE_INFINITY)
    for (const timestamp of [1337, 12_345, 12_300]) told(generator, timestamp)
    assert.equal(periodic(generator), 12_344)
  })
})

describe('A generator with idleness', () => {
  const idle10ms = WatermarkStrategy.noWatermarks<unknown>().withIdleness(10)

  it('is active at first, and idle when more than the timeout is over without a record, which it says once', () => {
    const { generator, clock } = generatorOf(idle10ms)
    assert.equal(periodic(generator), undefined)
    clock.advance(10)
    assert.equal(periodic(generator), undefined)
    clock.advance(1)
    assert.equal(periodic(generator), 'idle')
    clock.advance(100)
    assert.equal(periodic(generator), undefined)
  })

  it('counts from the first look that finds no record, and again after a record', () => {
    const { generator, clock } = generatorOf(idle10ms)
    for (let round = 0; round < 3; round += 1) {
      told(generator, 7)
      clock.advance(100)
      assert.equal(periodic(generator), undefined)
      clock.advance(100)
      assert.equal(periodic(generator), undefined)
      clock.advance(11)
      assert.equal(periodic(generator), 'idle')
    }
  })

  it('asks its generator for no watermark while it is idle', () => {
    const { generator, clock } = generatorOf(boundedBy10ms.withIdleness(10))
    told(generator, 100)
    assert.equal(periodic(generator), 89)
    assert.equal(periodic(generator), 89)
    clock.advance(11)
    assert.equal(periodic(generator), 'idle')
    assert.equal(periodic(generator), undefined)
    told(generator, 50)
    assert.equal(periodic(generator), 89)
  })

  it('does not count the time in which no record could come in', () => {
    const { generator, clock, activity } = generatorOf(idle10ms)
    periodic(generator)
    clock.advance(5)
    activity.pause()
    activity.pause()
    clock.advance(1000)
    assert.equal(periodic(generator), undefined)
    activity.resume()
    activity.resume()
    clock.advance(5)
    assert.equal(periodic(generator), undefined)
    clock.advance(1)
    assert.equal(periodic(generator), 'idle')
  })
})

describe("A generator of the user's", () => {
  it('is made with the clock', () => {
    const clock = new ManualClock(42)
    const strategy = WatermarkStrategy.forGenerator<unknown>((context) => ({
      onEvent: () => undefined,
      onPeriodicEmit: (output) => output.emitWatermark(context.clock.now()),
    }))
    assert.equal(periodic(generatorOf(strategy, clock).generator), 42)
  })

  it('has to have both methods', () => {
    for (const given of [undefined, null, {}, { onEvent: () => undefined }, class {}]) {
      const strategy = WatermarkStrategy.forGenerator(() => given as unknown as WatermarkGenerator<unknown>)
      assert.throws(() => generatorOf(strategy), /has to give an object with onEvent and onPeriodicEmit, not /)
    }
  })
})
