/** Plays a chain: each run is killed with SIGKILL and the next one goes on from the newest checkpoint, the last one to the end. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeMetadata } from '../../../src/storage/metadata-codec.js'
import { Workspace, type CommandResult, type RunningCommand } from '../command-line.js'
import { CHAOS_JOB, sortedOutput } from './chaos-job.js'
import type { Chain, Kill } from './chaos-plan.js'

/** Far more than anything takes on a machine that is busy. */
const LONGEST_MS = 300_000
const POLL_MS = 2
/** Of a record: all tasks together do about a thousand in a second. */
const SLOW_MS_PER_SUBTASK = 1

/** A run that did not do what it should: not started, not ended, failed. */
export class ChaosFailure extends Error {
  override readonly name = 'ChaosFailure'
}

export class ChaosRuns {
  readonly workspace = new Workspace({
    'execution.checkpointing.dir': 'checkpoints',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'state.backend.rocksdb.localdir': 'local',
    // Channels that are full after some hundred records.
    'taskmanager.memory.segment-size': '4 kb',
  })
  readonly #job: readonly string[]
  readonly #output: string
  #from: string | undefined
  /** Of the newest checkpoint at each kill. */
  readonly inFlightRecords: number[] = []

  constructor(records: number) {
    this.#output = path.join(this.workspace.path, 'output')
    const job = this.workspace.file('job.mjs', CHAOS_JOB)
    this.#job = [job, '--records', String(records), '--output', this.#output]
  }

  /** The output of a run that nobody disturbs. */
  async undisturbed(): Promise<Buffer> {
    return this.#toTheEnd(this.#start(1, 0, []))
  }

  /** False: the job was done before it could be killed. */
  async killed(kill: Kill, options: Chain['options']): Promise<boolean> {
    const { parallelism } = kill
    const run = this.#start(parallelism, parallelism * SLOW_MS_PER_SUBTASK, [...given(options), ...this.#how(kill)])
    const [, jobId = ''] = await run.until(/submitted with JobID ([0-9a-f]{32})/, LONGEST_MS)
    const directory = path.join(this.workspace.path, 'checkpoints', jobId)
    const isThere = await this.#untilMoment(run, directory, kill)
    run.kill('SIGKILL')
    const result = await run.ended
    if (isThere) {
      this.#from = newestCheckpoint(directory) ?? this.#from
      this.inFlightRecords.push(this.#from === undefined ? 0 : inFlightRecordsOf(this.#from))
      return true
    }
    if (result.exitCode !== 0) throw failure('a run ended by itself', result)
    return false
  }

  async lastOne({ lastParallelism, options }: Chain): Promise<Buffer> {
    const how = this.#from === undefined ? [] : ['-s', this.#from]
    return this.#toTheEnd(this.#start(lastParallelism, 0, [...given(options), ...how]))
  }

  /** What a run left that came to its end by itself. */
  output(): Buffer {
    return sortedOutput(this.#output)
  }

  #start(parallelism: number, slowMs: number, options: readonly string[]): RunningCommand {
    return this.workspace.start('run', '-p', String(parallelism), ...options, ...this.#job, '--slow', String(slowMs))
  }

  #how({ start, claimMode }: Kill): readonly string[] {
    if (this.#from === undefined) return []
    const mode = `-Dexecution.state-recovery.claim-mode=${claimMode}`
    return start === 'named' ? ['-s', this.#from, mode] : ['-Dexecution.state-recovery.from-latest=true']
  }

  /** False: the run has ended. */
  async #untilMoment(run: RunningCommand, directory: string, { moment, delayMs }: Kill): Promise<boolean> {
    let hasEnded = false
    void run.ended.then(() => {
      hasEnded = true
    })
    const until = performance.now() + LONGEST_MS
    const poll = async (isThere: () => boolean): Promise<void> => {
      while (!hasEnded && !isThere()) {
        if (performance.now() > until) throw new ChaosFailure(`no checkpoint came:\n${run.stdout}${run.stderr}`)
        await delay(POLL_MS)
      }
    }
    if (moment !== 'early') await poll(() => newestCheckpoint(directory) !== undefined)
    if (moment === 'within') {
      const before = newestId(directory)
      await poll(() => newestId(directory) > before)
    }
    await delay(delayMs)
    return !hasEnded
  }

  async #toTheEnd(run: RunningCommand): Promise<Buffer> {
    const timer = setTimeout(() => {
      run.kill('SIGKILL')
    }, LONGEST_MS)
    const result = await run.ended
    clearTimeout(timer)
    if (result.exitCode !== 0) throw failure('the last run did not come to its end', result)
    return this.output()
  }
}

function given(options: Chain['options']): string[] {
  return Object.entries(options).map(([key, value]) => `-D${key}=${value}`)
}

function failure(what: string, { exitCode, stdout, stderr }: CommandResult): ChaosFailure {
  return new ChaosFailure(`${what}, exit code ${String(exitCode)}:\n${stdout}${stderr}`)
}

function inFlightRecordsOf(checkpoint: string): number {
  const { operators } = decodeMetadata(
    readFileSync(path.join(checkpoint, '_metadata')),
    checkpoint,
    `file:${checkpoint}`,
  )
  const channels = operators.flatMap(({ subtasks }) => subtasks.flatMap((subtask) => subtask?.inputChannels ?? []))
  return channels.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
}

function idsIn(directory: string): number[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
}

function newestId(directory: string): number {
  return Math.max(0, ...idsIn(directory))
}

/** The newest that has metadata. */
function newestCheckpoint(directory: string): string | undefined {
  const complete = idsIn(directory).filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata')))
  return complete.length === 0 ? undefined : path.join(directory, `chk-${String(Math.max(...complete))}`)
}
