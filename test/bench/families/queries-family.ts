import path from 'node:path'
import { QueryableStateClient } from '../../../src/client/queryable-state-client.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { ratioAtMost, type BenchFamily, type BenchSizes, type Figures } from '../bench-family.js'
import { median } from '../median.js'
import { Workspace } from '../../e2e/command-line.js'

const RECORDS = 30_000_000
const KEYS = 10_000
/** In turn asked and left alone for so long, so that what the machine does meanwhile meets both. */
const TURN_MS = 400
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

/** Asks for a key each millisecond in every other turn, until it is stopped. */
class Asking {
  readonly #state
  readonly #timer
  readonly #startMs = Date.now()
  readonly #latenciesMs: number[] = []
  #underWay = 0
  #asked = 0

  constructor(runDirectory: string, jobId: string) {
    this.#state = new QueryableStateClient(runDirectory).state<number>('count', { jobId })
    this.#timer = setInterval(() => void this.#ask(), 1)
  }

  /** Undefined where both were. */
  isAsked(fromMs: number, toMs: number): boolean | undefined {
    const [from, to] = [this.#turnOf(fromMs), this.#turnOf(toMs)]
    return from === to && fromMs >= this.#startMs ? from % 2 === 0 : undefined
  }

  stop(): Figures {
    clearInterval(this.#timer)
    const seconds = (Date.now() - this.#startMs) / 2000
    return { readsPerSecond: this.#latenciesMs.length / seconds, latencyMs: median(this.#latenciesMs) }
  }

  #turnOf(timeMs: number): number {
    return Math.floor((timeMs - this.#startMs) / TURN_MS)
  }

  async #ask(): Promise<void> {
    if (this.#underWay >= MOST_UNDER_WAY || this.#turnOf(Date.now()) % 2 === 1) return
    this.#underWay += 1
    this.#asked += 1
    const startMs = performance.now()
    try {
      await this.#state.get(`k${String(this.#asked % KEYS)}`)
      this.#latenciesMs.push(performance.now() - startMs)
    } catch {
      // The job starts, or has ended.
    } finally {
      this.#underWay -= 1
    }
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
    return { ...asked, nsAsked: nsPerRecord(told, asking, true), nsAlone: nsPerRecord(told, asking, false) }
  } finally {
    workspace.remove()
  }
}

/** Of the turns in which it was asked, or was not. */
function nsPerRecord({ step, timesMs, ranNs }: Told, asking: Asking, isAsked: boolean): number {
  let [sumNs, readings] = [0, 0]
  for (let at = Math.floor(timesMs.length * WARM_UP); at + 1 < timesMs.length; at += 1) {
    if (asking.isAsked(timesMs[at] ?? 0, timesMs[at + 1] ?? 0) !== isAsked) continue
    sumNs += (ranNs[at + 1] ?? 0) - (ranNs[at] ?? 0)
    readings += 1
  }
  return sumNs / readings / step
}

/** What it costs a job that another process asks for its state all the time. */
export const queriesFamily: BenchFamily = {
  name: 'queries',
  programs: [{ id: 'asked', usesEngine: true, measure }],
  rows: [
    {
      title: 'W2, p = 1, with a read every millisecond from another process: processor time of the task',
      unit: 'ns/rec',
      value: { program: 'asked', figure: 'nsAsked' },
      bound: { label: 'nobody asks', value: { program: 'asked', figure: 'nsAlone' } },
      goal: ratioAtMost(GOAL),
    },
    { title: 'reads of that', unit: '1/s', value: { program: 'asked', figure: 'readsPerSecond' } },
    { title: 'from question to answer, median', unit: 'ms', value: { program: 'asked', figure: 'latencyMs' } },
  ],
}
