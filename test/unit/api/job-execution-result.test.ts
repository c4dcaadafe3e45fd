import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { JobExecutionResult } from '../../../src/api/environment/job-execution-result.js'
import { serializeError } from '../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

const failed = new FlinkError('ACCUMULATOR_TYPES_DIFFER', { name: 'n', first: 'A', second: 'B' })

function resultOf(accumulatorResults: ConstructorParameters<typeof JobExecutionResult>[0]['accumulatorResults']) {
  return new JobExecutionResult({ jobId: 'j', netRuntimeMs: 1, accumulatorResults })
}

describe('The result of a job', () => {
  it('has the values of the accumulators, and null for what there is none of', () => {
    const result = resultOf({ lines: { type: 'LongCounter', value: 3 }, none: { type: 'Last', value: undefined } })
    assert.equal(result.getAccumulatorResult('lines'), 3)
    assert.equal(result.getAccumulatorResult('words'), null)
    assert.equal(result.getAccumulatorResult('toString'), null)
    assert.deepEqual(result.getAllAccumulatorResults(), { lines: 3, none: undefined })
  })

  it('throws why accumulators have none, when it is asked for them', () => {
    const result = resultOf({ n: { error: serializeError(failed) }, lines: { type: 'LongCounter', value: 3 } })
    assert.equal(result.getAccumulatorResult('lines'), 3)
    for (const ask of [() => result.getAccumulatorResult('n'), () => result.getAllAccumulatorResults()]) {
      assert.throws(
        ask,
        (error) => FlinkError.is(error, 'ACCUMULATOR_TYPES_DIFFER') && error.message === failed.message,
      )
    }
  })
})
