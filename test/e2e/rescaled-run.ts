/** Runs of the rescaled job, each of which goes on from a snapshot of the one before, with another parallelism and backend. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { Workspace, type CommandResult, type RunningCommand } from './command-line.js'
import { savepointOf, until } from './numbers-job.js'
import { expectedLines, LIMIT, RESCALED_JOB } from './rescaled-job.js'

/** `whole` and `incremental` are checkpoints, and the process is killed; `savepoint` is one of a job that is cancelled then. */
export type Ending = 'stop' | 'savepoint' | 'whole' | 'incremental'
export type BackendName = 'heap' | 'rocksdb' | 'lmdb'

export interface Leg {
  readonly parallelism: number
  readonly backend: BackendName
  /** The number at which it waits. */
  readonly hold: number
  readonly ending: Ending
}

export class RescaledRun {
  readonly workspace = new Workspace({
    'execution.checkpointing.dir': 'checkpoints',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'state.backend.rocksdb.localdir': 'local',
  })
  readonly #job: readonly string[]
  /** Lines of the runs before, but for what a restore may tell again. */
  readonly #told: string[] = []
  #from: readonly string[] = []

  constructor() {
    this.#job = [this.workspace.file('job.mjs', RESCALED_JOB), '--limit', String(LIMIT)]
  }

  /** Takes the snapshot that the next one goes on from. */
  async leg({ parallelism, backend, hold, ending }: Leg): Promise<void> {
    const checkpoints = ending === 'whole' || ending === 'incremental'
    const interval = checkpoints ? ['-Dexecution.checkpointing.interval=50 ms'] : []
    const form = `-Dexecution.checkpointing.incremental=${String(ending === 'incremental')}`
    const options = [...backendOptions(backend), ...interval, form, ...this.#from]
    const run = this.workspace.start(
      'run',
      '-p',
      String(parallelism),
      ...options,
      ...this.#job,
      '--hold',
      String(hold),
      ...this.#named,
    )
    const jobId = await run.jobId()
    await run.until(/HELD/)
    const snapshot = await (checkpoints ? this.#killed(run, jobId) : this.#saved(run, jobId, ending))
    const { stdout } = await run.ended
    assert.doesNotMatch(stdout, /^(?:\d+> )?(?:kinds|loop|async)/m, 'it was ended in the middle')
    this.#told.push(...linesOf(stdout))
    this.#from = ['-s', snapshot]
  }

  /** From the last snapshot to the end of the input, or to an error. */
  toTheEnd(parallelism: number, backend: BackendName): Promise<CommandResult> {
    const options = ['-p', String(parallelism), ...backendOptions(backend), ...this.#from]
    return this.workspace.run('run', ...options, ...this.#job, '--released', ...this.#named)
  }

  /** Everything was told once, by the last run or, for what was over before, by one of those before it. */
  check({ exitCode, stdout, stderr }: CommandResult): void {
    assert.equal(exitCode, 0, stderr)
    const last = linesOf(stdout)
    const isCount = (line: string): boolean => /^(?:seen|raw-keyed) /.test(line)
    const all = [
      ...new Set(this.#told.filter((line) => !last.includes(line))),
      ...last.filter((line) => !isCount(line)),
    ]
    assert.deepEqual(all.sort(), expectedLines())
    for (const what of ['seen', 'raw-keyed \\d+']) {
      const counts = last.flatMap((line) => new RegExp(`^${what} (\\d+)$`).exec(line)?.[1] ?? [])
      const sum = counts.reduce((total, count) => total + Number(count), 0)
      assert.equal(sum, LIMIT, what)
    }
  }

  async #saved(run: RunningCommand, jobId: string, ending: Ending): Promise<string> {
    const command = ending === 'stop' ? ['stop', '-p', 'savepoints', jobId] : ['savepoint', jobId, 'savepoints']
    let result = await this.workspace.run(...command)
    // The source may wait already while other tasks still restore.
    while (result.stderr.includes('Not all required tasks are currently running')) {
      result = await this.workspace.run(...command)
    }
    if (ending === 'savepoint') run.kill('SIGKILL')
    return savepointOf(result)
  }

  /** The newest checkpoint was begun after all that is held. */
  async #killed(run: RunningCommand, jobId: string): Promise<string> {
    const directory = path.join(this.workspace.path, 'checkpoints', jobId)
    const wanted = newestCheckpoint(directory) + 3
    await until(`checkpoint ${String(wanted)}`, () => newestCheckpoint(directory) >= wanted)
    run.kill('SIGKILL')
    await run.ended
    return path.join(directory, `chk-${String(newestCheckpoint(directory))}`)
  }

  get #named(): readonly string[] {
    return this.#from.length > 0 ? ['--named'] : []
  }
}

export function backendOptions(backend: BackendName): readonly string[] {
  if (backend === 'heap') return ['-Dstate.backend.type=hashmap']
  return ['-Dstate.backend.type=rocksdb', `-Dstate.backend.rocksdb.driver=${backend}`]
}

function linesOf(stdout: string): string[] {
  const lines = stdout.split('\n').map((line) => line.replace(/^\d+> /, ''))
  return lines.filter((line) =>
    /^(?:kinds|window|name|list|raw-line|raw-keyed|seen|sliding|session|evicted|join|async|async-of-key|loop) /.test(
      line,
    ),
  )
}

/** 0 without one. */
function newestCheckpoint(directory: string): number {
  if (!existsSync(directory)) return 0
  const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return Math.max(0, ...ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata'))))
}

const BACKENDS: readonly BackendName[] = ['heap', 'rocksdb', 'lmdb']
const ENDINGS: readonly Ending[] = ['stop', 'savepoint', 'whole', 'incremental']
const HOLDS = [700, 1400, 2100, 2800]

/** One seed: random legs, to the end. Returns what it went through. */
export async function playJobs(seed: number): Promise<string> {
  const random = new SeededRandom(seed)
  const oneOf = <T>(values: readonly T[]): T => values[random.nextInt(values.length)] ?? assert.fail()
  const run = new RescaledRun()
  const way: string[] = []
  let isOfFiles = false
  for (const hold of HOLDS) {
    const backend: BackendName = isOfFiles ? 'rocksdb' : oneOf(BACKENDS)
    const [parallelism, ending] = [1 + random.nextInt(6), oneOf(ENDINGS)]
    way.push(`${backend} ${String(parallelism)} ${ending}`)
    await run.leg({ parallelism, backend, hold, ending })
    isOfFiles = backend === 'rocksdb' && ending === 'incremental'
  }
  const last: BackendName = isOfFiles ? 'rocksdb' : oneOf(BACKENDS)
  const parallelism = 1 + random.nextInt(6)
  way.push(`${last} ${String(parallelism)}`)
  run.check(await run.toTheEnd(parallelism, last))
  run.workspace.remove()
  return way.join(' -> ')
}
