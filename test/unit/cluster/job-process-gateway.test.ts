import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { JobProcessGateway, type HostedJob } from '../../../src/cluster/job-process-gateway.js'

const WITH = 'a'.repeat(32)
const WITHOUT = 'b'.repeat(32)
const UNKNOWN = 'c'.repeat(32)
const DIRECTORY = { 'execution.checkpointing.savepoint-dir': 'file:///sp' }

/** Two jobs of one program, of which one has set a directory for its savepoints. */
function gatewayOf(configuration: Readonly<Record<string, string>> = {}): JobProcessGateway {
  const hosted = (own: Readonly<Record<string, string>>): HostedJob =>
    ({ configuration: Configuration.fromMap(own), outcome: undefined }) as HostedJob
  return new JobProcessGateway({
    jobs: new Map([
      [WITH, hosted(DIRECTORY)],
      [WITHOUT, hosted({})],
    ]),
    clock: new ManualClock(),
    configuration: Configuration.fromMap(configuration),
    deleteSnapshot: () => Promise.resolve(),
  })
}

describe('The directory of a savepoint that is asked for without one', () => {
  const missing = { code: 'SAVEPOINT_DIRECTORY_MISSING' }
  const check = (gateway: JobProcessGateway, jobId: string, target?: string) => () => {
    gateway.checkSavepointDirectory(jobId, target, 'target-directory')
  }

  it('is that of the job it is asked of, not of another one in the process', () => {
    assert.doesNotThrow(check(gatewayOf(), WITH))
    assert.throws(check(gatewayOf(), WITHOUT), missing)
    assert.throws(check(gatewayOf(), UNKNOWN), missing)
  })

  it('is that of files and command line where the job has none', () => {
    for (const jobId of [WITH, WITHOUT]) assert.doesNotThrow(check(gatewayOf(DIRECTORY), jobId))
  })

  it('is not looked for where one is named', () => {
    assert.doesNotThrow(check(gatewayOf(), WITHOUT, 'file:///named'))
  })
})
