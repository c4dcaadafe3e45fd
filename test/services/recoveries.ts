/** Jobs that outlive their processes, and a session with its jobs, with all that they keep there: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it } from 'node:test'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { fightRounds } from '../e2e/chaos/fight-rounds.js'
import { jobIdIn, SessionUnderTest } from '../e2e/session/session-under-test.js'
import { ALL_SINKS_JOB, putInput, wrongOutputs } from './all-sinks-job.js'
import { killRounds } from './kill-rounds.js'
import { newestAfter, succeeded, type MakePlace, type PlaceElsewhere } from './place-elsewhere.js'

const LIMIT = { timeout: 35 * 60_000 }
const LINES = 10_000
const SLOW_MS = 1

export function recoveries(name: string, makePlace: MakePlace): void {
  describe(`High availability on ${name}`, () => {
    it('has one process go on, of two that recover a job at once and one that wakes up late', LIMIT, async (test) => {
      const seed = Number(process.env.FLINK_TS_SEED ?? Date.now() % 1_000_000)
      const place = await makePlace()
      const configuration = {
        ...storedAt(place),
        'execution.checkpointing.interval': '200 ms',
        'client.timeout': '4 s',
      }
      const { table, isWhole } = await fightRounds(killRounds(), new SeededRandom(seed), () => undefined, configuration)
      test.diagnostic(`seed ${String(seed)} (FLINK_TS_SEED)\n${table}`)
      assert.ok(isWhole, table)
    })
  })
  describe(`A session on ${name}`, () => {
    it('goes on with its jobs over kill -9, its own end and savepoints', LIMIT, async (context) => {
      const place = await makePlace()
      const session = await SessionUnderTest.begun(context, {
        ...storedAt(place),
        'execution.checkpointing.interval': '200 ms',
      })
      await sessionWith(session, place)
      await session.end()
    })
  })
}

function storedAt({ configuration, directory }: PlaceElsewhere): Record<string, string> {
  return {
    ...configuration,
    'high-availability.type': 'filesystem',
    'high-availability.storageDir': `${directory}/ha`,
    'execution.checkpointing.dir': `${directory}/checkpoints`,
    'execution.checkpointing.savepoint-dir': `${directory}/savepoints`,
  }
}

async function sessionWith(session: SessionUnderTest, place: PlaceElsewhere): Promise<void> {
  const { workspace } = session
  const { directory, fileSystem } = place
  const [input, output] = [`${directory}/in`, `${directory}/out`]
  await putInput(place, input, LINES)
  const slow = workspace.file('slow', '')
  const given = { in: input, out: output, slow: String(SLOW_MS), while: slow }
  const program = [
    workspace.file('job.mjs', ALL_SINKS_JOB),
    ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
  ]
  const address = ['-m', `127.0.0.1:${session.port}`]
  const jobId = await session.submit('-p', '2', ...program)
  const checkpoints = `${directory}/checkpoints/${jobId}`
  await newestAfter(place, checkpoints, 2)
  assert.ok(session.killJob(jobId))
  await newestAfter(place, checkpoints, 2)
  await session.killSession()
  session.killJob(jobId)
  await session.start()
  await newestAfter(place, checkpoints, 2)
  assert.notEqual(await restoredOf(session, jobId), null)
  await session.stop()
  await session.start()
  await newestAfter(place, checkpoints, 2)

  const stopped = succeeded(await workspace.run('stop', ...address, jobId))
  const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)\n/.exec(stopped) ?? []
  assert.ok(savepoint.startsWith(`${directory}/savepoints/savepoint-${jobId.slice(0, 6)}-`), stopped)
  await session.untilState(jobId, 'FINISHED')
  rmSync(slow)
  const last = await session.trySubmit('-p', '3', '-s', savepoint, ...program)
  succeeded(last)
  await session.untilState(jobIdIn(last) ?? assert.fail(last.stdout), 'FINISHED')
  assert.deepEqual(await wrongOutputs(place, output, LINES), [])
  succeeded(await workspace.run('savepoint', ...address, '-d', savepoint))
  assert.equal(await fileSystem.status(`${savepoint}/_metadata`), undefined)
}

async function restoredOf(session: SessionUnderTest, jobId: string): Promise<unknown> {
  const { latest } = await session.json<{ readonly latest?: { readonly restored: unknown } }>(
    `/jobs/${jobId}/checkpoints`,
  )
  return latest?.restored
}
