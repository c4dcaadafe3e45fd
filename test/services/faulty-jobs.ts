/** Jobs whose every byte goes over a network that delays, stalls, cuts and resets: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace } from '../e2e/command-line.js'
import { ALL_SINKS_JOB, putInput, wrongOutputs } from './all-sinks-job.js'
import type { FaultProxy } from './fault-proxy.js'
import { killRounds } from './kill-rounds.js'
import { WAIT_MS, type MakePlace, type PlaceElsewhere } from './place-elsewhere.js'

const LINES = 5000
const SLOW_MS = 1
/** So long after it was submitted. */
const LASTS_MS = 8000
const LIMIT = { timeout: 35 * 60_000 }

/** A job says and is told little at a time. */
const WITHIN_LOG2 = 17

export interface FaultyNetwork {
  readonly proxies: readonly FaultProxy[]
  /** By which a job goes through them. */
  readonly configuration: Readonly<Record<string, string>>
}

export function faultyJobs(
  name: string,
  makePlace: MakePlace,
  makeNetwork: (seed: number, withinLog2: number) => Promise<FaultyNetwork>,
): void {
  describe(`Jobs on ${name} over a network that delays, stalls, cuts and resets`, () => {
    it('have each line once in each sink, and their checkpoints there', LIMIT, async (test) => {
      const first = Number(process.env.FAULT_SEED ?? String(Date.now() % 1_000_000))
      for (let round = 0; round < killRounds(); round += 1) {
        const seed = first + 10 * round
        const place = await makePlace()
        const network = await makeNetwork(seed, WITHIN_LOG2)
        try {
          const said = await runThrough(network, place)
          const fates = network.proxies.map(({ counts }) => JSON.stringify(Object.fromEntries(counts)))
          test.diagnostic(`seed ${String(seed)} (FAULT_SEED): ${said}; connections: ${fates.join(' ')}`)
        } finally {
          await Promise.all(network.proxies.map((proxy) => proxy.stop()))
        }
      }
    })
  })
}

/** How often the job restarted. */
async function runThrough({ configuration, proxies }: FaultyNetwork, place: PlaceElsewhere): Promise<string> {
  const { directory } = place
  const workspace = new Workspace({
    ...configuration,
    'state.checkpoints.dir': `${directory}/checkpoints`,
    'execution.checkpointing.interval': '200 ms',
    'execution.checkpointing.tolerable-failed-checkpoints': '1000',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '1000',
    'restart-strategy.fixed-delay.delay': '100 ms',
  })
  try {
    const [input, output] = [`${directory}/in`, `${directory}/out`]
    await putInput(place, input, LINES)
    const slow = workspace.file('slow', '')
    const given = { in: input, out: output, slow: String(SLOW_MS), while: slow }
    const args = Object.entries(given).flatMap(([key, value]) => [`--${key}`, value])
    const running = workspace.start('run', '-p', '2', workspace.file('job.mjs', ALL_SINKS_JOB), ...args)
    await running.until(/submitted with JobID/, WAIT_MS)
    await delay(LASTS_MS)
    rmSync(slow)
    const { exitCode, stdout, stderr } = await running.ended
    assert.equal(exitCode, 0, stdout + stderr)
    assert.deepEqual(await wrongOutputs(place, output, LINES), [])
    for (const proxy of proxies) assert.ok([...proxy.counts.values()].length > 1, 'its connections had faults')
    const restarts = (stdout + stderr).match(/switched from RUNNING to RESTARTING|RESTARTING/g)?.length ?? 0
    return `${String(restarts)} restarts`
  } finally {
    workspace.remove()
  }
}
