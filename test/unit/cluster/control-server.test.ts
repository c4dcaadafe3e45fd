import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { ControlServer } from '../../../src/cluster/control-server.js'
import type { Logger } from '../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import type { JobOverview } from '../../../src/rest/messages/job-messages.js'

const A = 'a'.repeat(32)
const B = 'b'.repeat(32)
const PERIOD_MS = 10_000

interface Scene {
  readonly directory: string
  readonly clock: ManualClock
  readonly server: ControlServer
  readonly warnings: string[]
  readonly runDirectory: RunDirectory
  /** Waits until the upkeep that is under way has come to its end. */
  settled(): Promise<void>
}

/** Of a job of which there is nothing to tell when it has ended. */
const LITTLE_TO_KEEP = {
  ...{ details: () => ({ vertices: [] }), checkpoints: () => ({ history: [] }), checkpointConfig: () => ({}) },
  ...{ config: () => ({}), environment: () => ({}), exceptions: () => ({}), executionResult: () => ({}) },
  ...{ program: () => ({}), accumulators: () => ({}) },
}

async function scene(context: TestContext, answers: Partial<JobsGateway> = {}): Promise<Scene> {
  const root = mkdtempSync(path.join(tmpdir(), 'control-'))
  const directory = path.join(root, 'run')
  const clock = new ManualClock()
  const warnings: string[] = []
  const warn = (message: string): number => warnings.push(message)
  const logger: Logger = { ...SILENT_LOGGER, warn }
  const runDirectory = new RunDirectory(directory, () => clock.now())
  await runDirectory.prepare()
  const gateway = { overview: () => Promise.resolve([]), ...LITTLE_TO_KEEP, ...answers } as unknown as JobsGateway
  const services = {
    gateway,
    clock,
    logger,
    runDirectory,
    random: new SeededRandom(1),
    storeDurationMs: 300_000,
    version: '1',
    warn,
  }
  const server = new ControlServer(services)
  context.after(async () => {
    await server.close()
    rmSync(root, { recursive: true, force: true })
  })
  const settled = async (): Promise<void> => {
    // Connections have deadlines of their own, which are later.
    while (clock.nextTimerAt() !== clock.now() + PERIOD_MS) await new Promise((resolve) => setImmediate(resolve))
  }
  return { directory, clock, server, warnings, runDirectory, settled }
}

function connects(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ path: socket })
    connection.on('connect', () => {
      resolve(true)
      connection.destroy()
    })
    connection.on('error', () => {
      resolve(false)
    })
  })
}

describe('A living job', { skip: process.platform === 'win32' }, () => {
  it('is found again after somebody removed the run directory, once and ever again', async (context) => {
    const { directory, clock, server, warnings, runDirectory, settled } = await scene(context)
    await server.jobStarted({ jobId: A, name: 'first', startTime: 1 })
    await server.jobStarted({ jobId: B, name: 'second', startTime: 2 })
    const entry = readFileSync(path.join(directory, `${A}.json`), 'utf8')
    for (let round = 1; round <= 12; round += 1) {
      rmSync(directory, { recursive: true })
      clock.advance(PERIOD_MS)
      await settled()
      assert.equal(await connects(path.join(directory, `${A}.sock`)), true)
      assert.equal(readFileSync(path.join(directory, `${A}.json`), 'utf8'), entry)
      assert.deepEqual((await runDirectory.livingJobs()).map(({ name }) => name).sort(), ['first', 'second'])
      assert.equal(warnings.length, round)
    }
  })

  it('puts back one file that is missing and leaves the others alone', async (context) => {
    const { directory, clock, server, warnings, settled } = await scene(context)
    await server.jobStarted({ jobId: A, name: 'job', startTime: 1 })
    clock.advance(PERIOD_MS)
    await settled()
    assert.deepEqual(warnings, [])
    rmSync(path.join(directory, `${A}.json`))
    clock.advance(PERIOD_MS)
    await settled()
    assert.equal(existsSync(path.join(directory, `${A}.json`)), true)
    rmSync(path.join(directory, `${A}.sock`))
    clock.advance(PERIOD_MS)
    await settled()
    assert.equal(await connects(path.join(directory, `${A}.sock`)), true)
  })

  it('goes on where its files cannot be put back, says so once, and is found when they can', async (context) => {
    const { directory, clock, server, warnings, settled } = await scene(context)
    await server.jobStarted({ jobId: A, name: 'job', startTime: 1 })
    rmSync(directory, { recursive: true })
    writeFileSync(directory, 'in the way')
    for (let round = 0; round < 3; round += 1) {
      clock.advance(PERIOD_MS)
      await settled()
    }
    assert.deepEqual(warnings, ['the job cannot be found by others'])
    rmSync(directory)
    clock.advance(PERIOD_MS)
    await settled()
    assert.equal(await connects(path.join(directory, `${A}.sock`)), true)
  })

  it('looks after nothing any more once it has ended', async (context) => {
    const { directory, clock, server } = await scene(context)
    await server.jobStarted({ jobId: A, name: 'job', startTime: 1 })
    rmSync(directory, { recursive: true })
    clock.advance(PERIOD_MS)
    await server.close()
    rmSync(directory, { recursive: true, force: true })
    assert.equal(clock.pendingTimers, 0)
    assert.equal(existsSync(directory), false)
  })

  it('keeps with its last overview what answers for its state, where it had any that may be asked about', async (context) => {
    const checkpoint = { id: 3, timestamp: 5, path: 'file:///checkpoints/chk-3' }
    const state = { name: 'counts', 'key-kind': 'auto', kind: 'value', state: 'count', type: 'LONG' }
    const known = {
      ...state,
      'operator-id': 'o',
      'operator-name': 'Count',
      'schema-version': 0,
      'max-parallelism': 128,
    }
    const overviewOf = (jid: string) => ({ jid, name: 'job', state: 'CANCELED', 'start-time': 1, 'end-time': 2 })
    const { server, runDirectory, warnings } = await scene(context, {
      overview: () => Promise.resolve([A, B].map((jid) => overviewOf(jid) as unknown as JobOverview)),
      queryableStates: (jobId) => Promise.resolve(jobId === A ? [known] : []),
      queryState: (_, { name }) =>
        Promise.resolve({ source: 'none', state: { ...known, name }, reason: 'it has ended', checkpoint }),
    })
    for (const jobId of [A, B]) await server.jobStarted({ jobId, name: 'job', startTime: 1 })
    await server.close()
    assert.deepEqual(warnings, [])
    assert.deepEqual((await runDirectory.archivedJob(A))?.left, { queryableStates: [known], checkpoint })
    const other = await runDirectory.archivedJob(B)
    assert.ok(other !== undefined && other.left === undefined)
    // What no job has written is not believed.
    for (const left of [
      7,
      { queryableStates: [known] },
      { queryableStates: 1, checkpoint: null },
      { queryableStates: [known], checkpoint: { id: 1 } },
    ]) {
      await runDirectory.archive({ ...other, left } as unknown as JobOverview)
      assert.equal(await runDirectory.archivedJob(B), undefined)
    }
  })
})
