import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyMissingOffset } from '../../../src/cli/arguments/missing-offset.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { KafkaOptions } from '../../../src/core/config/kafka-options.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { parse } from './parse.js'

function policyOf(...args: readonly string[]): string {
  const configuration = new Configuration()
  applyMissingOffset(parse(runCommand, ...args, 'job.js'), configuration)
  return configuration.get(KafkaOptions.ON_MISSING_OFFSET)
}

describe('--on-missing-offset', () => {
  it('says what a source of Kafka does, in any case; without it the job stops', () => {
    assert.equal(policyOf(), 'fail')
    assert.equal(policyOf('--on-missing-offset', 'earliest'), 'earliest')
    assert.equal(policyOf('--on-missing-offset=LATEST'), 'latest')
  })

  it('is refused with any other word', () => {
    assert.throws(
      () => policyOf('--on-missing-offset', 'ignore'),
      (error) => FlinkError.is(error, 'CLI_VALUE_UNKNOWN') && /fail, earliest, latest/.test(error.message),
    )
  })
})
