/**
 * The world of a job with coordinators in real threads: what is committed lies in files of a directory that every thread and
 * every run of the job shares, and so does the word that a planned failure has happened.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { JobWorld } from '../../simulation/job-world.js'
import type { RunPlan, Scenario } from '../../simulation/scenario.js'
import type { CountRecord, Transaction, TransactionalStore } from '../../simulation/transactional-store.js'

export interface HandOutSettings {
  readonly directory: string
  readonly records: number
  readonly unasked: number
  readonly parallelism: number
  /** The job does not end by itself, however quick it is. */
  readonly isHeld: boolean
  /** Whose hook fails once, at which call of it in its thread. */
  readonly failures: Readonly<Record<string, number>>
}

class DirectoryStore implements Pick<TransactionalStore, 'commit' | 'records'> {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  commit({ name, records }: Transaction): void {
    const file = path.join(this.#directory, `${createHash('sha256').update(name).digest('hex')}.committed`)
    writeFileSync(file, JSON.stringify(records))
  }

  records(): CountRecord[] {
    const files = readdirSync(this.#directory).filter((file) => file.endsWith('.committed'))
    return files.flatMap((file) => recordsIn(path.join(this.#directory, file)))
  }
}

/** None of a file that is being written. */
function recordsIn(file: string): CountRecord[] {
  const text = readFileSync(file, 'utf8')
  return text.endsWith(']') ? (JSON.parse(text) as CountRecord[]) : []
}

export function handOutScenario({ records, unasked }: Pick<HandOutSettings, 'records' | 'unasked'>): Scenario {
  const scenario: Partial<Scenario> = {
    records,
    shapes: [],
    count: { keys: { kind: 'string', keys: 7, isSkewed: false }, state: 'value' },
    changesRecords: false,
    idleOneIn: 0,
    handOut: { rangeSize: 5, middle: 'after an exchange', unasked, periodMs: 1 },
  }
  return scenario as Scenario
}

export function committedIn(directory: string): CountRecord[] {
  return new DirectoryStore(directory).records()
}

export function handOutWorld(settings: HandOutSettings): JobWorld {
  const { directory, parallelism, isHeld, failures } = settings
  const store = new DirectoryStore(directory)
  // The source ends when it sees everything there.
  const seen = isHeld ? { commit: store.commit.bind(store), records: () => [] } : store
  const calls = new Map<string, number>()
  const plan: Partial<RunPlan> = { sourceParallelism: parallelism, parallelism, sinkParallelism: parallelism }
  const fail = (reason: string): never => {
    throw new Error(reason)
  }
  return {
    scenario: handOutScenario(settings),
    plan: plan as RunPlan,
    runName: `parallelism ${parallelism}`,
    store: seen as unknown as TransactionalStore,
    beforeRecord: () => undefined,
    beforeStoring: () => undefined,
    beforeHook: (name, of) => {
      const hook = `${name} of ${of}`
      const call = (calls.get(hook) ?? 0) + 1
      calls.set(hook, call)
      const mark = path.join(directory, `${hook}.failed`)
      if (call !== failures[hook] || existsSync(mark)) return
      writeFileSync(mark, '')
      throw new Error(`planned failure: ${hook}`)
    },
    beforeWriting: () => undefined,
    fail,
    note: () => undefined,
    expectedRecords: () => 0,
    pause: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    now: () => Date.now(),
    nextInt: (bound) => Math.floor(Math.random() * bound),
  }
}
