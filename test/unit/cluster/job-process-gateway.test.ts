import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { JobProcessGateway, type HostedJob } from '../../../src/cluster/job-process-gateway.js'
import { CoordinatorHarness, turn } from '../runtime/jobmanager/checkpoint/coordinator-harness.js'

const WITH = 'a'.repeat(32)
const WITHOUT = 'b'.repeat(32)
const UNKNOWN = 'c'.repeat(32)
const START = {
  jobFile: '/jobs/count.js',
  file: { sizeBytes: 12, mtimeMs: 1000 },
  entry: null,
  args: ['--input', 'words.txt'],
  configuration: { 'parallelism.default': { text: '2', origin: '-p' } },
  workingDirectory: '/srv',
}
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
    start: START,
    deleteSnapshot: () => Promise.resolve(),
    program: () => ({ status: { id: 'IN_PROGRESS' } }),
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

describe('A checkpoint that is asked for', () => {
  const harness = new CoordinatorHarness()
  const master = {
    checkpointDetails: (id: number) => harness.statistics.details(id),
    details: () => ({ checkpoints: { history: harness.statistics.history() }, configuration: {} }),
  }
  const gateway = new JobProcessGateway({
    jobs: new Map([[WITH, { master } as unknown as HostedJob]]),
    clock: new ManualClock(),
    configuration: new Configuration(),
    start: START,
    deleteSnapshot: () => Promise.resolve(),
    program: () => ({ status: { id: 'IN_PROGRESS' } }),
  })

  it('is told vertex by vertex and subtask by subtask while it is under way', async () => {
    void harness.coordinator.triggerCheckpoint().catch(() => undefined)
    await turn()
    harness.clock.advance(40)
    harness.acknowledge(1, 'map', 1, 10)
    const { status, num_acknowledged_subtasks, state_size, tasks } = await gateway.checkpointDetails(WITH, 1)
    assert.deepEqual([status, num_acknowledged_subtasks, state_size], ['IN_PROGRESS', 1, 10])
    assert.deepEqual([tasks['source']?.num_acknowledged_subtasks, tasks['map']?.num_acknowledged_subtasks], [0, 1])
    const { subtasks } = await gateway.taskCheckpointDetails(WITH, 1, 'map')
    assert.deepEqual(
      subtasks.map((subtask) => (subtask.className === 'completed' ? subtask.end_to_end_duration : subtask.status)),
      ['pending_or_failed', 40],
    )
  })

  it('and that is unknown, or has no such vertex, is an error', async () => {
    await assert.rejects(gateway.checkpointDetails(WITH, 2), { code: 'CHECKPOINT_STATISTICS_NOT_FOUND' })
    await assert.rejects(gateway.taskCheckpointDetails(WITH, 2, 'map'), { code: 'CHECKPOINT_STATISTICS_NOT_FOUND' })
    await assert.rejects(gateway.taskCheckpointDetails(WITH, 1, 'x'), { code: 'TASK_CHECKPOINT_STATISTICS_NOT_FOUND' })
    await assert.rejects(gateway.checkpointDetails(UNKNOWN, 1), { code: 'JOB_NOT_FOUND' })
  })
})

it('How a job was started is told with the number of jobs that its program has', async () => {
  assert.deepEqual(await gatewayOf().startOf(WITH), { ...START, jobs: 2 })
  await assert.rejects(gatewayOf().startOf(UNKNOWN), { code: 'JOB_NOT_FOUND' })
})
