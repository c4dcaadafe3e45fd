/**
 * A session and its jobs that are killed with SIGKILL at random moments: the session, a job, both, all, the session while it takes a
 * job. The session is started again by hand, jobs by the session. In the end each job is there once and has finished, what it committed
 * is what a run commits that nobody disturbs, and nothing is left of them.
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { committedLines, COMMITTING_JOB, expectedLines } from '../chaos/committing-job.js'
import { jobIdIn, SessionUnderTest } from './session-under-test.js'

export const SESSION_TARGETS = ['both', 'submission', 'job', 'session', 'all'] as const
export type SessionTarget = (typeof SESSION_TARGETS)[number]

/** More than come through in a round, at a record a millisecond. */
const RECORDS_A_ROUND = 30_000
/** Of a job that is submitted while the session is killed. */
const FEW_RECORDS = 2_000
const LONGEST_PAUSE_MS = 1500
const SUBMISSION_MS = 1200

/** On the heap and in files, alone and in parallel. */
const JOBS: readonly (readonly string[])[] = [
  ['-p', '2'],
  ['-p', '1', '-Dstate.backend.type=rocksdb', '-Dexecution.checkpointing.incremental=true'],
  ['-p', '2', '-Dexecution.checkpointing.unaligned.enabled=true'],
]

export interface SessionChaosResults {
  readonly kills: Readonly<Record<'sessions' | 'jobs', number>>
  /** Acknowledged ones, beside those of the client that was told nothing. */
  readonly submissions: { acknowledged: number; unknown: number }
  readonly lines: number
  /** Empty where all is as it should be. */
  readonly wrong: readonly string[]
}

interface CommittedBy {
  readonly output: string
  readonly records: number
  /** Undefined where nobody was told whether it was taken. */
  readonly jobId: string | undefined
}

export class SessionChaos {
  readonly #session: SessionUnderTest
  readonly #random: SeededRandom
  readonly #job: string
  readonly #slow: string
  readonly #submitted: CommittedBy[] = []
  #outputs = 0
  readonly #kills = { sessions: 0, jobs: 0 }
  readonly #submissions = { acknowledged: 0, unknown: 0 }

  private constructor(session: SessionUnderTest, random: SeededRandom) {
    this.#session = session
    this.#random = random
    this.#job = session.workspace.file('job.mjs', COMMITTING_JOB)
    this.#slow = session.workspace.file('slow', '')
  }

  static async create(random: SeededRandom): Promise<SessionChaos> {
    const session = await SessionUnderTest.create({
      'execution.checkpointing.dir': 'checkpoints',
      'execution.checkpointing.interval': '100 ms',
      'state.backend.rocksdb.localdir': 'local',
      'taskmanager.numberOfTaskSlots': '16',
      'client.timeout': '20 s',
    })
    return new SessionChaos(session, random)
  }

  /** `rounds` of them: a round is the kill of what it names, and the way back. */
  async play(rounds: number, onRound: (done: number, target: SessionTarget) => void): Promise<SessionChaosResults> {
    await this.#session.start()
    const records = RECORDS_A_ROUND * (rounds + 1)
    const jobs = JOBS.map((options) => this.#submit(records, options))
    this.#submitted.push(...(await Promise.all(jobs)))
    await this.#untilAllRun()
    for (let round = 0; round < rounds; round += 1) {
      const target = this.#targetOf(round)
      await delay(this.#random.nextInt(LONGEST_PAUSE_MS))
      await this.#kill(target)
      // Otherwise the next kill meets jobs and a session that are on their way back.
      if (this.#random.nextInt(3) > 0) await this.#untilAllRun()
      onRound(round + 1, target)
    }
    return this.#end()
  }

  get workspace(): string {
    return this.#session.workspace.path
  }

  killAll(): void {
    this.#session.killAll()
  }

  remove(): void {
    this.#session.remove()
  }

  /** Each kind once before one comes again. */
  #targetOf(round: number): SessionTarget {
    return SESSION_TARGETS[round % SESSION_TARGETS.length] ?? 'job'
  }

  async #kill(target: SessionTarget): Promise<void> {
    if (target === 'submission') return this.#killWhileSubmitting()
    if (target === 'job' || target === 'both') this.#killJob(this.#random.nextInt(JOBS.length))
    if (target === 'all') JOBS.forEach((_, index) => this.#killJob(index))
    if (target !== 'job') await this.#killSession()
  }

  #killJob(index: number): void {
    const jobId = this.#submitted[index]?.jobId
    if (jobId !== undefined && this.#session.killJob(jobId)) this.#kills.jobs += 1
  }

  /** Its jobs are without one for a while. */
  async #killSession(): Promise<void> {
    await this.#session.killSession()
    this.#kills.sessions += 1
    await delay(this.#random.nextInt(LONGEST_PAUSE_MS))
    await this.#session.start()
  }

  async #killWhileSubmitting(): Promise<void> {
    const { output, args } = this.#ordered(FEW_RECORDS, [])
    const client = this.#session.trySubmit(...args)
    await delay(this.#random.nextInt(SUBMISSION_MS))
    await this.#killSession()
    const result = await client
    const jobId = jobIdIn(result)
    this.#session.workspace.file(`client-${String(this.#submitted.length)}.txt`, `${result.stdout}\n${result.stderr}`)
    this.#submissions[jobId === undefined ? 'unknown' : 'acknowledged'] += 1
    this.#submitted.push({ output, records: FEW_RECORDS, jobId })
  }

  async #submit(records: number, options: readonly string[]): Promise<CommittedBy> {
    const { output, args } = this.#ordered(records, options)
    return { output, records, jobId: await this.#session.submit(...args) }
  }

  #ordered(records: number, options: readonly string[]): { readonly output: string; readonly args: string[] } {
    const output = path.join(this.#session.workspace.path, `output-${String(this.#outputs)}`)
    this.#outputs += 1
    mkdirSync(output)
    const args = ['--records', String(records), '--output', output, '--slow', this.#slow]
    return { output, args: [...options, this.#job, ...args] }
  }

  /** Each that was acknowledged: running in a process of its own, or finished. */
  async #untilAllRun(): Promise<void> {
    await this.#session.untilJobs('all jobs run', (jobs) => {
      const processes = new Set(this.#session.jobProcesses().map(({ jobId }) => jobId))
      return this.#known().every((jobId) => {
        const state = jobs.find(({ jid }) => jid === jobId)?.state
        return state === 'FINISHED' || (state === 'RUNNING' && processes.has(jobId))
      })
    })
  }

  #known(): readonly string[] {
    return this.#submitted.flatMap(({ jobId }) => jobId ?? [])
  }

  async #end(): Promise<SessionChaosResults> {
    const session = this.#session
    await this.#untilAllRun()
    rmSync(this.#slow)
    await session.untilJobs('all jobs finish', (jobs) => {
      const states = new Map(jobs.map(({ jid, state }) => [jid, state]))
      return this.#known().every((jobId) => states.get(jobId) === 'FINISHED') && jobs.every(isAtItsEnd)
    })
    await session.until('nothing is kept of the programs', () => session.programs().length === 0)
    const wrong: string[] = []
    const listed = (await session.jobs()).map(({ jid }) => jid)
    for (const jobId of this.#known())
      if (listed.filter((each) => each === jobId).length !== 1) wrong.push(`${jobId} is not listed once`)
    if (new Set(listed).size !== listed.length) wrong.push(`some are listed twice: ${listed.join(', ')}`)
    let lines = 0
    for (const submitted of this.#submitted) {
      const committed = committedLines(submitted.output)
      // Nobody was told that it was taken: then it is whole, or not there.
      if (submitted.jobId === undefined && committed.length === 0) continue
      lines += committed.length
      const expected = expectedLines(submitted.records)
      const isSame = committed.length === expected.length && expected.every((line, at) => line === committed[at])
      if (!isSame) wrong.push(`${submitted.output}: ${String(committed.length)} lines for ${String(expected.length)}`)
    }
    await session.stop()
    wrong.push(...session.leftovers().map((what) => `left: ${what}`))
    return { kills: this.#kills, submissions: this.#submissions, lines, wrong }
  }
}

function isAtItsEnd({ state }: { readonly state: string }): boolean {
  return /^(?:FINISHED|FAILED|CANCELED)$/.test(state)
}
