import path from 'node:path'
import { QueryableStateClient } from '../../../src/client/queryable-state-client.js'
import { RestClient } from '../../../src/client/rest-client.js'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { jobFile, runBound, type BenchEngine } from '../bench-engine.js'
import { ratioAtMost, type BenchFamily, type BenchSizes, type Figures } from '../bench-family.js'
import { median } from '../median.js'
import { Workspace } from '../../e2e/command-line.js'

const RECORDS = 30_000_000
const KEYS = 10_000
/**
 * In turn: asked for its state, asked for what its main thread alone answers, and left alone. So what the machine does meanwhile
 * meets all three.
 */
const TURNS = ['state', 'other', 'nothing'] as const
const TURN_MS = 400
const ANSWER_TIMEOUT_MS = 10_000
/** Questions under way, at most: one that waits long is not to be followed by hundreds. */
const MOST_UNDER_WAY = 8
/** Of the readings: compiling. */
const WARM_UP = 0.2
const GOAL = 1.02
const CHECKPOINTS = { 'execution.checkpointing.interval': '1 s', 'state.checkpoints.dir': 'checkpoints' }

interface Told {
  readonly step: number
  readonly timesMs: readonly number[]
  readonly ranNs: readonly number[]
}

type Turn = (typeof TURNS)[number]
type Three = [number, number, number]

interface Spent {
  readonly ns: number
  readonly records: number
  readonly ms: number
}

/** Asks once a millisecond, for what the turn says, until it is stopped. */
class Asking {
  readonly #state
  readonly #timer
  readonly #jobId: string
  readonly #runDirectory: RunDirectory
  readonly #startMs = Date.now()
  readonly #latenciesMs: number[] = []
  readonly #answered = { state: 0, other: 0, nothing: 0 }
  #client: RestClient | undefined
  #underWay = 0
  #asked = 0

  constructor(runDirectory: string, jobId: string) {
    this.#jobId = jobId
    this.#runDirectory = new RunDirectory(runDirectory, Date.now)
    this.#state = new QueryableStateClient(runDirectory).state<number>('count', { jobId })
    this.#timer = setInterval(() => void this.#ask(), 1)
  }

  /** Undefined where it was more than one. */
  turnBetween(fromMs: number, toMs: number): Turn | undefined {
    const [from, to] = [this.#turnOf(fromMs), this.#turnOf(toMs)]
    return from === to && fromMs >= this.#startMs ? TURNS[from % TURNS.length] : undefined
  }

  stop(): { readonly readsPerSecond: number; readonly othersPerSecond: number; readonly latencyMs: number } {
    clearInterval(this.#timer)
    const seconds = (Date.now() - this.#startMs) / 1000 / TURNS.length
    const { state, other } = this.#answered
    return { readsPerSecond: state / seconds, othersPerSecond: other / seconds, latencyMs: median(this.#latenciesMs) }
  }

  #turnOf(timeMs: number): number {
    return Math.floor((timeMs - this.#startMs) / TURN_MS)
  }

  async #ask(): Promise<void> {
    const turn = TURNS[this.#turnOf(Date.now()) % TURNS.length] ?? 'nothing'
    if (this.#underWay >= MOST_UNDER_WAY || turn === 'nothing') return
    this.#underWay += 1
    this.#asked += 1
    const startMs = performance.now()
    try {
      if (turn === 'other') await this.#askOther()
      else {
        await this.#state.get(`k${String(this.#asked % KEYS)}`)
        this.#latenciesMs.push(performance.now() - startMs)
      }
      this.#answered[turn] += 1
    } catch {
      // The job starts, or has ended.
    } finally {
      this.#underWay -= 1
    }
  }

  /** As long a request by the same way, which ends before a task hears of it. */
  async #askOther(): Promise<void> {
    if (this.#client === undefined) {
      const entry = await this.#runDirectory.find(this.#jobId)
      if (entry === undefined) return
      this.#client ??= new RestClient(entry, 'kept')
    }
    const body = { name: 'count', keys: [], 'timeout-ms': ANSWER_TIMEOUT_MS }
    const call = { method: 'POST', path: `/jobs/${this.#jobId}/queryable-states`, body } as const
    await this.#client.call(call, ANSWER_TIMEOUT_MS)
  }
}

async function measure(engine: BenchEngine, sizes: BenchSizes): Promise<Figures> {
  const workspace = new Workspace(CHECKPOINTS)
  try {
    const records = String(sizes.records ?? RECORDS)
    const args = ['--records', records, '--keys', String(KEYS)]
    const command = engine.start(workspace, {}, ['run', '-p', '1', jobFile('queried-count-job'), ...args])
    const asking = new Asking(path.join(workspace.path, 'run'), await command.jobId())
    const { exitCode, stdout, stderr } = await command.ended
    const asked = asking.stop()
    if (exitCode !== 0) throw new Error(`the job ended with ${String(exitCode)}\n${stdout}\n${stderr}`)
    const told = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}') as Told
    const [state, other, nothing] = [
      spent(told, asking, 'state'),
      spent(told, asking, 'other'),
      spent(told, asking, 'nothing'),
    ]
    const [nsState, nsOther, nsNothing] = [state, other, nothing].map(({ ns, records }) => ns / records) as Three
    const reads = (asked.readsPerSecond * state.ms) / 1000
    const usPerRead = (state.ns - nsOther * state.records) / reads / 1000
    return { ...asked, nsState, nsOther, nsNothing, usPerRead }
  } finally {
    workspace.remove()
  }
}

/** In the turns of a kind: processor time of the task, its records, and how long that was. */
function spent({ step, timesMs, ranNs }: Told, asking: Asking, turn: Turn): Spent {
  let [ns, records, ms] = [0, 0, 0]
  for (let at = Math.floor(timesMs.length * WARM_UP); at + 1 < timesMs.length; at += 1) {
    const [fromMs, toMs] = [timesMs[at] ?? 0, timesMs[at + 1] ?? 0]
    if (asking.turnBetween(fromMs, toMs) !== turn) continue
    ns += (ranNs[at + 1] ?? 0) - (ranNs[at] ?? 0)
    ms += toMs - fromMs
    records += step
  }
  return { ns, records, ms }
}

async function measureAnswers(): Promise<Figures> {
  const { timesUs } = JSON.parse(await runBound('state-answers', [])) as { readonly timesUs: readonly number[] }
  return { ringUs: timesUs[0] ?? NaN, messageUs: timesUs[1] ?? NaN }
}

/** What it costs a job that another process asks for its state all the time. */
export const queriesFamily: BenchFamily = {
  name: 'queries',
  programs: [
    { id: 'asked', usesEngine: true, measure },
    { id: 'answers', usesEngine: false, measure: measureAnswers },
  ],
  rows: [
    {
      title: 'W2, p = 1, with a read every millisecond from another process: processor time of the task',
      unit: 'ns/rec',
      value: { program: 'asked', figure: 'nsState' },
      bound: { label: 'requests that no task hears of', value: { program: 'asked', figure: 'nsOther' } },
      goal: ratioAtMost(GOAL),
    },
    {
      title: 'the same, with what the main thread does for it beside the task',
      unit: 'ns/rec',
      value: { program: 'asked', figure: 'nsState' },
      bound: { label: 'nobody asks', value: { program: 'asked', figure: 'nsNothing' } },
    },
    { title: 'of that for a read', unit: 'us', value: { program: 'asked', figure: 'usPerRead' } },
    {
      title: 'a question in shared memory and its answer, on a thread that has other work',
      unit: 'us',
      value: { program: 'answers', figure: 'ringUs' },
      bound: { label: 'by messages, without the receiving of one', value: { program: 'answers', figure: 'messageUs' } },
    },
    { title: 'reads of that', unit: '1/s', value: { program: 'asked', figure: 'readsPerSecond' } },
    { title: 'requests that no task hears of', unit: '1/s', value: { program: 'asked', figure: 'othersPerSecond' } },
    { title: 'from question to answer, median', unit: 'ms', value: { program: 'asked', figure: 'latencyMs' } },
  ],
}
