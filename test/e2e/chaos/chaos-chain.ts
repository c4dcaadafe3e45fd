/** Plays a chain: each run is killed with SIGKILL and the next one goes on from the newest checkpoint, the last one to the end. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeMetadata } from '../../../src/storage/metadata-codec.js'
import { Workspace, type CommandResult, type RunningCommand } from '../command-line.js'
import type { Chain, Kill } from './chaos-plan.js'
import type { ChaosSubject } from './chaos-subject.js'

/** Far more than anything takes on a machine that is busy. */
const LONGEST_MS = 300_000
const POLL_MS = 2
/** Of a record: all tasks together do about a thousand in a second. */
const SLOW_MS_PER_SUBTASK = 1

const RECOVERABLE = { 'high-availability.type': 'filesystem', 'high-availability.storageDir': 'recovery' }

interface Snapshot {
  readonly path: string
  /** As the newest one: what is no savepoint. */
  readonly isFound: boolean
}

export interface WholeRun {
  readonly parallelism: number
  readonly slowMs: number
  readonly options: Chain['options']
}

/** A run that did not do what it should: not started, not ended, failed. */
export class ChaosFailure extends Error {
  override readonly name = 'ChaosFailure'
}

/** `stopped`: with a savepoint, before it could be killed; `over`: the job was done. */
export type RunEnd = 'killed' | 'stopped' | 'over'

export class ChaosRuns {
  readonly workspace: Workspace
  readonly #subject: ChaosSubject
  readonly #job: readonly string[]
  readonly #recovers: boolean
  #from: Snapshot | undefined
  #jobId: string | undefined
  /** Of the newest checkpoint at each kill. */
  readonly inFlightRecords: number[] = []
  /** Runs that were gone on from with the savepoint that they stop with. */
  savepoints = 0

  /** `recovers`: a run that was killed goes on as the same job, by its id alone. */
  constructor(subject: ChaosSubject, recovers = false) {
    this.#subject = subject
    this.#recovers = recovers
    this.workspace = new Workspace({
      'execution.checkpointing.dir': 'checkpoints',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'state.backend.rocksdb.localdir': 'local',
      // Channels that are full after some hundred records.
      'taskmanager.memory.segment-size': '4 kb',
      ...(recovers && RECOVERABLE),
    })
    this.#job = subject.prepare(this.workspace)
  }

  /** The output of a run that nobody disturbs. */
  async undisturbed(): Promise<Buffer> {
    return this.#toTheEnd(this.#start(1, 0, ['-Dexecution.checkpointing.interval=200 ms']))
  }

  /** A run that is not killed, with its records slowed down and options of its own; what it meets is the caller's business. */
  async toTheEnd({ parallelism, slowMs, options }: WholeRun): Promise<Buffer> {
    return this.#toTheEnd(this.#start(parallelism, slowMs, given(options)))
  }

  async killed(kill: Kill, options: Chain['options']): Promise<RunEnd> {
    const { parallelism } = kill
    const run =
      this.#recovered() ??
      this.#start(parallelism, parallelism * SLOW_MS_PER_SUBTASK, [...given(options), ...this.#how(kill)])
    const [, jobId = ''] = await run.until(/submitted with JobID ([0-9a-f]{32})/, LONGEST_MS)
    if (this.#recovers && jobId !== (this.#jobId ?? jobId)) throw new ChaosFailure(`it was recovered as job ${jobId}`)
    this.#jobId = jobId
    const directory = path.join(this.workspace.path, 'checkpoints', jobId)
    const savepoints = path.join(this.workspace.path, 'savepoints', String(this.inFlightRecords.length))
    const client = await this.#untilMoment(run, { directory, savepoints, jobId }, kill)
    run.kill('SIGKILL')
    const result = await run.ended
    await client?.ended
    if (result.exitCode !== null && result.exitCode !== 0) throw failure('a run ended by itself', result)
    // What a savepoint takes that a job stops with is committed: an older checkpoint would give it again.
    const savepoint = kill.moment === 'saving' ? undefined : savepointIn(savepoints)
    const checkpoint = newestCheckpoint(directory)
    const hasEnded = result.exitCode === 0
    // One was there, and is not: the job has finished, and its process had not ended.
    const hasFinished = kill.moment !== 'early' && checkpoint === undefined
    if ((hasEnded || hasFinished) && savepoint === undefined) return 'over'
    if (hasEnded) this.#jobId = undefined
    this.#goOnFrom(savepoint, checkpoint)
    return hasEnded ? 'stopped' : 'killed'
  }

  async lastOne({ lastParallelism, options }: Chain): Promise<Buffer> {
    const recovered = this.#recovered()
    if (recovered !== undefined) return this.#toTheEnd(recovered)
    const how = this.#from === undefined ? [] : ['-s', this.#from.path]
    return this.#toTheEnd(this.#start(lastParallelism, 0, [...given(options), ...how]))
  }

  /** What a run left that came to its end by itself. */
  output(): Buffer {
    return this.#subject.output(this.workspace)
  }

  #goOnFrom(savepoint: string | undefined, checkpoint: string | undefined): void {
    if (savepoint !== undefined) {
      this.#from = { path: savepoint, isFound: false }
      this.savepoints += 1
    } else if (checkpoint !== undefined) this.#from = { path: checkpoint, isFound: true }
    this.inFlightRecords.push(this.#from === undefined ? 0 : inFlightRecordsOf(this.#from.path))
  }

  #recovered(): RunningCommand | undefined {
    if (!this.#recovers || this.#jobId === undefined) return undefined
    return this.workspace.start('run', '--recover', this.#jobId)
  }

  #start(parallelism: number, slowMs: number, options: readonly string[]): RunningCommand {
    return this.workspace.start('run', '-p', String(parallelism), ...options, ...this.#job, '--slow', String(slowMs))
  }

  #how({ start, claimMode }: Kill): readonly string[] {
    if (this.#from === undefined) return []
    const mode = `-Dexecution.state-recovery.claim-mode=${claimMode}`
    if (start === 'found' && this.#from.isFound) return ['-Dexecution.state-recovery.from-latest=true']
    return ['-s', this.#from.path, mode]
  }

  /** Gives the client that asked for something meanwhile. */
  async #untilMoment(
    run: RunningCommand,
    { directory, savepoints, jobId }: { directory: string; savepoints: string; jobId: string },
    { moment, delayMs }: Kill,
  ): Promise<RunningCommand | undefined> {
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
    if (moment === 'committing') {
      const before = this.#subject.committed(this.workspace)
      await poll(() => this.#subject.committed(this.workspace) > before)
    }
    const client =
      moment === 'saving'
        ? this.workspace.start('savepoint', jobId, savepoints)
        : moment === 'stopping' || moment === 'stopped'
          ? this.workspace.start('stop', '--savepointPath', savepoints, jobId)
          : undefined
    // It may come too late, which is no failure.
    await client?.until(/Triggering/, LONGEST_MS).catch(() => undefined)
    if (moment === 'stopping') await poll(() => existsSync(savepoints))
    if (moment === 'stopped') await poll(() => savepointIn(savepoints) !== undefined)
    await delay(delayMs)
    return client
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
  const byId = completeIn(directory, /^chk-\d+$/).map((chk) => [Number(/\d+$/.exec(chk)?.[0]), chk] as const)
  return byId.sort(([one], [other]) => other - one)[0]?.[1]
}

function savepointIn(directory: string): string | undefined {
  return completeIn(directory, /^savepoint-/)[0]
}

function completeIn(directory: string, names: RegExp): string[] {
  if (!existsSync(directory)) return []
  const snapshots = readdirSync(directory).filter((name) => names.test(name))
  return snapshots
    .map((name) => path.join(directory, name))
    .filter((snapshot) => existsSync(path.join(snapshot, '_metadata')))
}
