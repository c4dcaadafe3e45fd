import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  FlinkError,
  NumberSequenceSource,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type Source,
} from '../../../src/index.js'

function refusalOf(source: unknown, strategy: unknown = WatermarkStrategy.noWatermarks()): string {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  try {
    env.fromSource(source as Source<unknown, never>, strategy as WatermarkStrategy<unknown>, 'numbers')
  } catch (error) {
    if (FlinkError.is(error, 'GRAPH_INVALID')) return error.message
  }
  return assert.fail('it was not refused')
}

describe('fromSource', () => {
  it('takes a source, its strategy and a name, and the type of the source', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    const stream = env.fromSource(new NumberSequenceSource(1, 3), WatermarkStrategy.noWatermarks<number>(), 'numbers')
    assert.equal(stream.isParallel(), true)
  })

  it('refuses what is no source, or has not all of its methods', () => {
    assert.match(refusalOf(undefined), /fromSource: it takes a Source, not undefined/)
    assert.match(
      refusalOf({ run: () => undefined }),
      /no method getBoundedness\. A source function, .* goes to addSource/,
    )
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    const source = new NumberSequenceSource(1, 3)
    assert.throws(() => env.addSource(source as never), {
      code: 'GRAPH_INVALID',
      message: /a Source .* goes to fromSource/,
    })
    assert.match(refusalOf({ getBoundedness: () => 'BOUNDED' }), /no method createReader/)
    assert.match(
      refusalOf(Object.assign(source, { getBoundedness: () => 'SOMETIMES' })),
      /getBoundedness\(\) of its source gives 'SOMETIMES'/,
    )
  })

  it('refuses a missing strategy', () => {
    assert.match(refusalOf(new NumberSequenceSource(1, 3), null), /takes a WatermarkStrategy after the source/)
  })

  it('refuses a sequence whose ends are no whole numbers in order', () => {
    assert.throws(
      () => new NumberSequenceSource(2, 1),
      (error) => FlinkError.is(error, 'GRAPH_INVALID'),
    )
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    for (const make of [env.fromSequence.bind(env), env.generateSequence.bind(env)]) {
      assert.throws(
        () => make(0.5, 1),
        (error) => FlinkError.is(error, 'GRAPH_INVALID'),
      )
    }
  })
})
