/** Coordinators in real worker threads: messages, doorbells and rings as in a job that is run. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { JobOutput } from '../../../src/cluster/job-output.js'
import { WorkerThreadStarter } from '../../../src/cluster/worker-thread-starter.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import { generateJobId } from '../../../src/core/ids/job-id.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { CheckpointRepository } from '../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import { plainTotals } from '../../simulation/counting-job.js'
import { handOutProgram } from './hand-out-program.js'
import { committedIn, handOutScenario, type HandOutSettings } from './hand-out-world.js'

const PROGRAM = new URL('./hand-out-program.js', import.meta.url).href
const NUMBERS = { records: 400, unasked: 120 }
/** More than there can be before the last of the planned failures. */
const BEYOND_FAILURES = 200

describe('Coordinators in worker threads', { timeout: 120_000 }, () => {
  let directory = ''

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-coordinators-'))
  })

  after(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  async function start(settings: HandOutSettings, restore?: string): Promise<JobMaster> {
    const configuration = {
      'execution.checkpointing.interval': '30 ms',
      'execution.checkpointing.max-concurrent-checkpoints': '2',
      'execution.checkpointing.tolerable-failed-checkpoints': '100',
      'execution.checkpointing.dir': pathToFileURL(path.join(directory, 'checkpoints')).href,
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '10',
      'restart-strategy.fixed-delay.delay': '1 ms',
      'taskmanager.numberOfTaskSlots': '1',
    }
    const { jobGraph } = generateProgramGraph(handOutProgram(settings).pipeline(configuration))
    const environment = {
      jobId: generateJobId(new SystemRandom()),
      jobGraph,
      configuration: Configuration.fromMap(configuration),
      random: new SystemRandom(),
      logger: SILENT_LOGGER,
      clock: new SystemClock(),
      fileSystems: new FileSystems().register('file', new LocalFileSystem()),
    }
    const from = restore === undefined ? undefined : { path: restore, allowNonRestoredState: false }
    const surroundings = { restore: from, isJobRunning: () => Promise.resolve(false), version: 'test' }
    const master = new JobMaster({
      environment,
      repository: new CheckpointRepository(environment, surroundings),
      program: { moduleUrl: PROGRAM, entry: 'main', args: [JSON.stringify(settings)], configuration },
      graphIndex: 0,
      earlierAnswers: [],
      starter: new WorkerThreadStarter(undefined, new JobOutput('refused')),
      tell: () => undefined,
      tellFailed: () => undefined,
      inform: () => undefined,
      maxWorkers: 2,
    })
    await master.start()
    return master
  }

  it('lose no number and give none twice, over failures of both sides, a savepoint and another parallelism', async () => {
    // So early that whichever comes first leaves enough to be handed out for the other one; both may end one attempt.
    const failures = { 'coordinator: event of hand-out': 3, 'handleOperatorEvent of middle': 2 }
    const first = await start({ directory, ...NUMBERS, parallelism: 2, isHeld: true, failures })
    while (committedIn(directory).length < BEYOND_FAILURES) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const stop = (): Promise<string> =>
      first.stopWithSavepoint(pathToFileURL(path.join(directory, 'savepoints')).href, 'suspend')
    // A reader that leaves meanwhile declines it, and only one of the two may.
    const savepoint = await stop().catch((error: unknown) => {
      assert.ok(FlinkError.is(error, 'CHECKPOINT_DECLINED'))
      assert.match(error.message, /hand-out \(2\/2\) ended before it acknowledged/)
      return stop()
    })
    const { status, error } = await first.outcome
    assert.equal(status, 'FINISHED', error?.message)
    const failed = readdirSync(directory).filter((file) => file.endsWith('.failed'))
    assert.deepEqual(
      failed.sort(),
      Object.keys(failures)
        .map((hook) => `${hook}.failed`)
        .sort(),
    )
    assert.ok(first.details().restarts > 0)
    const second = await start({ directory, ...NUMBERS, parallelism: 3, isHeld: false, failures: {} }, savepoint)
    const outcome = await second.outcome
    assert.equal(outcome.status, 'FINISHED', outcome.error?.message)
    assert.deepEqual(sumsByKey(), expectedSums())
  })

  /** By key: how often it was counted, and the sum of its numbers. */
  function sumsByKey(): Map<string, { count: number; sum: number }> {
    const sums = new Map<string, { count: number; sum: number }>()
    const committed = committedIn(directory).sort(([, one], [, other]) => one - other)
    for (const [key, count, sum] of committed) {
      assert.equal(count, (sums.get(key)?.count ?? 0) + 1, `counts of ${key}`)
      sums.set(key, { count, sum })
    }
    return new Map([...sums].sort())
  }

  function expectedSums(): Map<string, { count: number; sum: number }> {
    return new Map([...plainTotals(handOutScenario(NUMBERS))].sort())
  }
})
