import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStream } from '../../../src/api/datastream/data-stream.js'
import { Duration, Time } from '../../../src/api/eventtime/time.js'
import { WatermarkStrategy } from '../../../src/api/eventtime/watermark-strategy.js'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

function refused(action: () => unknown, reason: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(FlinkError.is(error))
    assert.equal(error.code, 'GRAPH_INVALID')
    assert.match(error.message, reason)
    return true
  })
}

const monotonous = WatermarkStrategy.forMonotonousTimestamps<{ at: number }>()

describe('A WatermarkStrategy', () => {
  it('takes durations in each of their forms', () => {
    for (const duration of [5000, Duration.ofSeconds(5), Time.seconds(5)]) {
      assert.deepEqual(WatermarkStrategy.forBoundedOutOfOrderness(duration).generator, {
        kind: 'bounded-out-of-orderness',
        maxOutOfOrdernessMs: 5000,
      })
    }
    assert.equal(monotonous.withIdleness(Duration.ofMinutes(1)).idlenessMs, 60_000)
    const { alignment } = monotonous.withWatermarkAlignment('g', Duration.ofSeconds(20))
    assert.deepEqual(alignment, { group: 'g', maxDriftMs: 20_000, updateIntervalMs: 1000 })
  })

  it('is a value: each method gives another one', () => {
    const assigned = monotonous.withTimestampAssigner(({ at }) => at)
    assert.equal(monotonous.timestampAssigner, undefined)
    assert.equal(assigned.timestampAssigner?.extractTimestamp({ at: 7 }, 0), 7)
    assert.equal(assigned.withIdleness(1).timestampAssigner, assigned.timestampAssigner)
  })

  it('refuses what is no duration where it is made, and says which method it was', () => {
    const wrong = [
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '5 s',
      null,
      undefined,
      {},
      Duration.ofMillis(-5),
    ] as never[]
    for (const duration of wrong) {
      refused(
        () => WatermarkStrategy.forBoundedOutOfOrderness(duration),
        /forBoundedOutOfOrderness: it takes a number of ms/,
      )
      refused(
        () => monotonous.withIdleness(duration),
        /WatermarkStrategy\.withIdleness: it takes .+ at least 1 ms, not /,
      )
      refused(() => monotonous.withWatermarkAlignment('g', duration), /withWatermarkAlignment/)
    }
    refused(() => monotonous.withIdleness(0), /at least 1 ms, not 0$/)
    refused(() => monotonous.withWatermarkAlignment('', 1), /the group has to have a name/)
  })

  it('refuses what is no function where it takes one', () => {
    refused(() => WatermarkStrategy.forGenerator({} as never), /forGenerator: it takes a function .+, not \{\}$/)
    for (const assigner of [undefined, null, 7, {}] as never[]) {
      refused(
        () => monotonous.withTimestampAssigner(assigner),
        /withTimestampAssigner: it takes a function or an object/,
      )
    }
  })
})

describe('assignTimestampsAndWatermarks', () => {
  it('is as parallel as what it follows', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    const one = env.fromElements({ at: 1 })
    const three = env
      .fromSequence(1, 9)
      .map((at) => ({ at }))
      .setParallelism(3)
    const parallelismAfter = (stream: DataStream<{ at: number }>): unknown =>
      stream.assignTimestampsAndWatermarks(monotonous).transformation.settings.parallelism
    assert.equal(parallelismAfter(one), 1)
    assert.equal(parallelismAfter(three), 3)
    assert.equal(parallelismAfter(three.rebalance()), 3)
    assert.equal(parallelismAfter(one.union(three)), 1)
    assert.equal(parallelismAfter(env.fromSequence(1, 9).map((at) => ({ at }))), undefined)
  })

  it('gives a stream that is not keyed', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    const keyed = env.fromElements({ at: 1 }).keyBy(({ at }) => at)
    const { transformation } = keyed.assignTimestampsAndWatermarks(monotonous)
    assert.ok(transformation.type === 'one-input')
    assert.equal(transformation.key, undefined)
  })

  it('takes a strategy only', () => {
    const stream = StreamExecutionEnvironment.getExecutionEnvironment().fromElements({ at: 1 })
    for (const strategy of [undefined, {}, () => 1] as never[]) {
      refused(() => stream.assignTimestampsAndWatermarks(strategy), /it takes a WatermarkStrategy, not /)
    }
  })
})

describe('The interval of periodic watermarks', () => {
  it('is 200 ms, and what the program says', () => {
    const config = StreamExecutionEnvironment.getExecutionEnvironment().getConfig()
    assert.equal(config.getAutoWatermarkInterval(), 200)
    assert.equal(config.setAutoWatermarkInterval(Duration.ofSeconds(1)).getAutoWatermarkInterval(), 1000)
    assert.equal(config.setAutoWatermarkInterval(0).getAutoWatermarkInterval(), 0)
    refused(() => config.setAutoWatermarkInterval(-1), /must not be negative, but is -1/)
  })
})
