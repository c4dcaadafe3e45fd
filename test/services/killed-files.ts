/** Files there to files there, with high availability there, killed in between: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { Workspace, type RunningCommand } from '../e2e/command-line.js'
import { ALL_SINKS_JOB, putInput, wrongOutputs } from './all-sinks-job.js'
import { killRounds } from './kill-rounds.js'
import {
  checkpointsOf,
  eventually,
  filesBelow,
  numberOf,
  WAIT_MS,
  type MakePlace,
  type PlaceElsewhere,
} from './place-elsewhere.js'

const LINES = 10_000
const KILLS_OF_A_RUN = 5
const SLOW_MS = 1
const LONGEST_WAIT_MS = 1000
/** One of so many processes is killed at any time, else it has completed checkpoints. */
const EARLY = 5
const LIMIT = { timeout: 35 * 60_000 }

/** What happened, for the report. */
interface Tally {
  runs: number
  kills: number
  /** Of the kills, before which files had become visible since the one before. */
  afterCommits: number
  /** Checkpoints that were complete, of all processes. */
  checkpoints: number
  readonly disturbed: Map<string, number>
}

export function killedFiles(name: string, makePlace: MakePlace): void {
  describe(`Jobs from files to files on ${name}`, () => {
    it('have each line once in each sink, after each kill -9 and recovery', LIMIT, async (test) => {
      const seed = Number(process.env.FLINK_TS_SEED ?? Date.now() % 1_000_000)
      test.diagnostic(`seed ${String(seed)} (FLINK_TS_SEED)`)
      const random = new SeededRandom(seed)
      const place = await makePlace()
      const tally: Tally = { runs: 0, kills: 0, afterCommits: 0, checkpoints: 0, disturbed: new Map() }
      while (tally.kills < killRounds()) await killedRun({ place, random, tally })
      report(test, tally)
    })
  })
}

interface Rounds {
  readonly place: PlaceElsewhere
  readonly random: SeededRandom
  readonly tally: Tally
}

/** From one input to one output, in several processes. */
async function killedRun({ place, random, tally }: Rounds): Promise<void> {
  const run = tally.runs++
  const directory = `${place.directory}/run-${String(run)}`
  const workspace = new Workspace({
    ...place.configuration,
    'high-availability.type': 'FILESYSTEM',
    'high-availability.storageDir': `${directory}/ha`,
    'state.checkpoints.dir': `${directory}/checkpoints`,
    'execution.checkpointing.interval': '200 ms',
    'execution.checkpointing.tolerable-failed-checkpoints': '1000',
    'client.timeout': '4 s',
  })
  const [input, output] = [`${directory}/in`, `${directory}/out`]
  await putInput(place, input, LINES)
  const slow = workspace.file('slow', '')
  const given = { in: input, out: output, slow: String(SLOW_MS), while: slow }
  const args = Object.entries(given).flatMap(([key, value]) => [`--${key}`, value])
  const said: string[] = []
  let running = workspace.start('run', '-p', '2', workspace.file('job.mjs', ALL_SINKS_JOB), ...args)
  try {
    const [, jobId = ''] = await running.until(/submitted with JobID ([0-9a-f]{32})/, WAIT_MS)
    const kills = Math.min(KILLS_OF_A_RUN, killRounds() - tally.kills)
    const checkpoints = `${directory}/checkpoints/${jobId}`
    for (let kill = 0, visible = 0; kill < kills; kill += 1) {
      if (random.nextInt(EARLY) > 0) await untilCheckpoints(1 + random.nextInt(2), { place, checkpoints, running })
      await delay(random.nextInt(LONGEST_WAIT_MS))
      if (place.disturb !== undefined && random.nextInt(2) === 0) {
        const what = await place.disturb(random)
        tally.disturbed.set(what, (tally.disturbed.get(what) ?? 0) + 1)
        await delay(random.nextInt(LONGEST_WAIT_MS))
      }
      running.kill('SIGKILL')
      const { stdout, stderr } = await running.ended
      said.push(stdout, stderr)
      tally.kills += 1
      const found = (await filesBelow(place.fileSystem, output)).length
      if (found > visible) tally.afterCommits += 1
      visible = found
      running = workspace.start('run', '--recover', jobId)
      await Promise.race([running.until(/submitted with JobID/, WAIT_MS), running.ended])
    }
    tally.checkpoints += numberOf((await checkpointsOf(place, checkpoints)).at(-1) ?? '0')
    rmSync(slow)
    await endOf(running, said)
    const printed = said.join('\n')
    assert.deepEqual(await wrongOutputs(place, output, LINES), [], `run ${String(run)}, which said: ${printed}`)
    await place.fileSystem.delete(directory)
  } finally {
    running.kill('SIGKILL')
    workspace.remove()
  }
}

interface Watched {
  readonly place: PlaceElsewhere
  readonly checkpoints: string
  readonly running: RunningCommand
}

/** So many more than there are now, or the end. */
async function untilCheckpoints(more: number, { place, checkpoints, running }: Watched): Promise<void> {
  const newest = async (): Promise<number> => numberOf((await checkpointsOf(place, checkpoints)).at(-1) ?? '0')
  let hasEnded = false
  void running.ended.then(() => {
    hasEnded = true
  })
  const before = await newest()
  await eventually(`${String(more)} checkpoints in ${checkpoints}`, async () =>
    hasEnded || (await newest()) >= before + more ? true : undefined,
  )
}

async function endOf(running: RunningCommand, said: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await running.ended
  assert.ok(exitCode === 0 || /RECOVERY_JOB_ENDED\]: .* FINISHED\./.test(stderr), [...said, stdout, stderr].join('\n'))
}

function report(test: TestContext, { runs, kills, afterCommits, checkpoints, disturbed }: Tally): void {
  const parts = [
    `${String(kills)} kills in ${String(runs)} runs`,
    `${String(afterCommits)} after new commits`,
    `${String(checkpoints)} checkpoints`,
    ...[...disturbed].map(([what, count]) => `${what} ${String(count)} times`),
  ]
  test.diagnostic(parts.join(', '))
}
