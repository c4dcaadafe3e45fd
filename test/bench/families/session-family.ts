import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { freePort } from '../../e2e/free-port.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { figureAtMost, ratioAtMost, type BenchFamily, type BenchRow, type Figures, type Goal } from '../bench-family.js'
import { median } from '../median.js'
import { nodeAlone, timeCommand } from './timed-command.js'

const STARTS = 7
/** Until V8 has cleared away what the start left. */
const SETTLE_MS = 8_000
const RECORDS = 40_000_000
/** In turn: job detail, what the session answers without the job, nothing. */
const TURNS = ['detail', 'other', 'nothing'] as const
const TURN_MS = 500
/** One request a millisecond, in groups as a timer is late on a busy machine. */
const REQUESTS_PER_SECOND = 1000
const MOST_UNDER_WAY = 32
/** Of the readings: compiling. */
const WARM_UP = 0.2
const IN_TURN = 150
const AT_ONCE = 50
const SIDE_BY_SIDE = 4
/** The first jobs, after which all has been loaded and compiled. */
const FIRST = 25

type Turn = (typeof TURNS)[number]

/** A session in front, as a service has it. */
class BenchSession {
  readonly workspace: Workspace
  readonly #port: string
  readonly #command: RunningCommand
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY })
  readonly #engine: BenchEngine

  private constructor(engine: BenchEngine, workspace: Workspace, port: string) {
    this.#engine = engine
    this.workspace = workspace
    this.#port = port
    mkdirSync(this.temporary)
    this.#command = engine.start(workspace, { environment: { TMPDIR: this.temporary } }, [
      'start-cluster',
      '--foreground',
    ])
  }

  static async start(engine: BenchEngine): Promise<BenchSession> {
    const port = await freePort()
    const workspace = new Workspace({ 'rest.port': port, 'taskmanager.numberOfTaskSlots': '8' })
    return new BenchSession(engine, workspace, port)
  }

  get temporary(): string {
    return path.join(this.workspace.path, 'tmp')
  }

  get pid(): number {
    return this.#command.pid
  }

  /** From the start of its process to the first answer. */
  async untilItAnswers(): Promise<void> {
    while (!(await this.answers('/overview'))) await delay(2)
  }

  async answers(place: string): Promise<boolean> {
    return (await this.ask('GET', place).catch(() => undefined)) !== undefined
  }

  ask(method: string, place: string, body?: object): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    return new Promise((resolve, reject) => {
      const options = { port: this.#port, path: place, method, headers, agent: this.#agent }
      const outgoing = httpRequest(options, (response) => {
        let answer = ''
        response.setEncoding('utf8').on('data', (part: string) => (answer += part))
        response.on('error', reject).on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer))
          else reject(new Error(`${method} ${place}: ${answer}`))
        })
      })
      outgoing.on('error', reject).end(text)
    })
  }

  async submit(...args: readonly string[]): Promise<string> {
    const command = ['run', '-t', 'remote', '-m', `127.0.0.1:${this.#port}`, '-d', ...args]
    const { stdout } = await timeCommand(() => this.#engine.start(this.workspace, {}, command))
    return /JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? ''
  }

  async untilFinished(jobId: string): Promise<void> {
    for (;;) {
      const { status } = (await this.ask('GET', `/jobs/${jobId}/status`)) as { readonly status: string }
      if (status === 'FINISHED') return
      if (status === 'FAILED') throw new Error(`job ${jobId} failed`)
      await delay(5)
    }
  }

  memoryMb(): number {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
  }

  openFiles(): number {
    return readdirSync(`/proc/${String(this.pid)}/fd`).length
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    this.#command.kill('SIGTERM')
    await this.#command.ended
    this.workspace.remove()
  }
}

async function withSession<T>(engine: BenchEngine, work: (session: BenchSession) => Promise<T>): Promise<T> {
  const session = await BenchSession.start(engine)
  try {
    return await work(session)
  } finally {
    await session.stop()
  }
}

async function measureStart(engine: BenchEngine): Promise<Figures> {
  const [startMs, restMs, memoryMb]: [number[], number[], number[]] = [[], [], []]
  const nodeMs: number[] = []
  for (let start = 0; start < STARTS; start += 1) {
    nodeMs.push((await timeCommand(nodeAlone)).wholeMs)
    await withSession(engine, async (session) => {
      const began = performance.now()
      await session.untilItAnswers()
      startMs.push(performance.now() - began)
      const asked = performance.now()
      await session.ask('GET', '/jobs/overview')
      restMs.push(performance.now() - asked)
      if (start > 0) return
      await delay(SETTLE_MS)
      memoryMb.push(session.memoryMb())
    })
  }
  return { nodeMs: median(nodeMs), startMs: median(startMs), restMs: median(restMs), memoryMb: median(memoryMb) }
}

interface Told {
  readonly step: number
  readonly timesMs: readonly number[]
  readonly ranNs: readonly number[]
}

/** Asks in turns, as often as is said, until it is stopped. */
class Asking {
  readonly #session: BenchSession
  readonly #places: Readonly<Record<Turn, string | undefined>>
  readonly #startMs = Date.now()
  readonly #timer
  readonly #answered = { detail: 0, other: 0, nothing: 0 }
  #underWay = 0
  #due = 0
  #lastMs = performance.now()

  constructor(session: BenchSession, jobId: string) {
    this.#session = session
    this.#places = { detail: `/jobs/${jobId}`, other: '/config', nothing: undefined }
    this.#timer = setInterval(() => {
      this.#tick()
    }, 1)
  }

  /** Undefined where it was more than one. */
  turnBetween(fromMs: number, toMs: number): Turn | undefined {
    const [from, to] = [this.#turnOf(fromMs), this.#turnOf(toMs)]
    return from === to && fromMs >= this.#startMs ? TURNS[from % TURNS.length] : undefined
  }

  stop(): Figures {
    clearInterval(this.#timer)
    const seconds = (Date.now() - this.#startMs) / 1000 / TURNS.length
    return { detailPerSecond: this.#answered.detail / seconds, otherPerSecond: this.#answered.other / seconds }
  }

  #turnOf(timeMs: number): number {
    return Math.floor((timeMs - this.#startMs) / TURN_MS)
  }

  #tick(): void {
    const now = performance.now()
    this.#due += ((now - this.#lastMs) * REQUESTS_PER_SECOND) / 1000
    this.#lastMs = now
    const turn = TURNS[this.#turnOf(Date.now()) % TURNS.length] ?? 'nothing'
    const place = this.#places[turn]
    for (; this.#due >= 1; this.#due -= 1)
      if (place !== undefined && this.#underWay < MOST_UNDER_WAY) void this.#ask(turn, place)
  }

  async #ask(turn: Turn, place: string): Promise<void> {
    this.#underWay += 1
    try {
      await this.#session.ask('GET', place)
      this.#answered[turn] += 1
    } catch {
      // The job has ended.
    } finally {
      this.#underWay -= 1
    }
  }
}

async function measureAsked(engine: BenchEngine, records: number): Promise<Figures> {
  return withSession(engine, async (session) => {
    await session.untilItAnswers()
    const args = ['--records', String(records), '--keys', '10000']
    const jobId = await session.submit('-p', '1', jobFile('queried-count-job'), ...args)
    const asking = new Asking(session, jobId)
    await session.untilFinished(jobId)
    const asked = asking.stop()
    const output = path.join(session.workspace.path, 'run/log', `flink-ts-${jobId}.out`)
    const told = JSON.parse(/^\{"step".*\}$/m.exec(readFileSync(output, 'utf8'))?.[0] ?? '{}') as Told
    const [nsDetail, nsOther, nsNothing] = TURNS.map((turn) => nsOf(told, asking, turn)) as [number, number, number]
    return { ...asked, nsDetail, nsOther, nsNothing }
  })
}

/** Processor time of the task's thread for a record, in the turns of a kind. */
function nsOf({ step, timesMs, ranNs }: Told, asking: Asking, turn: Turn): number {
  const spent: number[] = []
  for (let at = Math.floor(timesMs.length * WARM_UP); at + 1 < timesMs.length; at += 1) {
    if (asking.turnBetween(timesMs[at] ?? 0, timesMs[at + 1] ?? 0) !== turn) continue
    spent.push(((ranNs[at + 1] ?? 0) - (ranNs[at] ?? 0)) / step)
  }
  return spent.reduce((sum, ns) => sum + ns, 0) / spent.length
}

/** One program, uploaded once, run two hundred times. */
async function measureJobs(engine: BenchEngine): Promise<Figures> {
  return withSession(engine, async (session) => {
    await session.untilItAnswers()
    const times: number[] = []
    const runOne = async (): Promise<void> => {
      const began = performance.now()
      await session.untilFinished(await session.submit(jobFile('first-record-job')))
      times.push(performance.now() - began)
    }
    let [firstMb, firstFiles] = [0, 0]
    for (let job = 0; job < IN_TURN; job += 1) {
      await runOne()
      if (job + 1 === FIRST) [firstMb, firstFiles] = [session.memoryMb(), session.openFiles()]
    }
    const inTurn = [...times]
    for (let job = 0; job < AT_ONCE; job += SIDE_BY_SIDE)
      await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, AT_ONCE - job) }, runOne))
    // Processes of the last jobs are on their way out.
    await delay(2000)
    const { jobs } = (await session.ask('GET', '/jobs/overview')) as { readonly jobs: readonly unknown[] }
    return {
      firstMs: median(inTurn.slice(0, FIRST)),
      lastMs: median(inTurn.slice(-FIRST)),
      firstMb,
      lastMb: session.memoryMb(),
      firstFiles,
      lastFiles: session.openFiles(),
      listed: jobs.length,
      ...leftIn(session),
    }
  })
}

function leftIn({ workspace, temporary }: BenchSession): Figures {
  const run = path.join(workspace.path, 'run')
  const names = existsSync(run) ? readdirSync(run, { recursive: true, encoding: 'utf8' }) : []
  const sockets = names.filter((name) => name.endsWith('.sock')).length
  const entries = names.filter((name) => /^[0-9a-f]{32}\.json$/.test(name)).length
  return { entries: sockets + entries + readdirSync(temporary).length, files: names.length }
}

function row(title: string, unit: string, [program, figure]: readonly [string, string], goal?: Goal): BenchRow {
  return { title, unit, value: { program, figure }, ...(goal === undefined ? {} : { goal }) }
}

function against(label: string, figure: string, of: BenchRow): BenchRow {
  return { ...of, bound: { label, value: { program: of.value.program, figure } } }
}

const ASKED = 'session-asked'
const JOBS = 'session-jobs'
const START = 'session-start'

/** What a session costs by itself, what it costs a job that it is asked about it, and what many jobs leave in it. */
export const sessionFamily: BenchFamily = {
  name: 'session',
  programs: [
    { id: START, usesEngine: true, maxRuns: 1, measure: measureStart },
    { id: ASKED, usesEngine: true, measure: (engine, sizes) => measureAsked(engine, sizes.records ?? RECORDS) },
    { id: JOBS, usesEngine: true, maxRuns: 1, measure: measureJobs },
  ],
  rows: [
    against(
      'node -e 0',
      'nodeMs',
      row('session, from its start to its first answer', 'ms', [START, 'startMs'], figureAtMost(400)),
    ),
    row('its second answer', 'ms', [START, 'restMs']),
    row('idle session, RSS', 'MB', [START, 'memoryMb']),
    against(
      'nobody asks',
      'nsNothing',
      row('W2, p = 1, job detail 1,000 times a second: the task', 'ns/rec', [ASKED, 'nsDetail'], ratioAtMost(1.05)),
    ),
    against(
      'as many requests that no job hears of',
      'nsOther',
      row('the same, of that for what the job hears of it', 'ns/rec', [ASKED, 'nsDetail']),
    ),
    row('answers of that', '1/s', [ASKED, 'detailPerSecond']),
    against('first 25', 'firstMs', row('small job, submitted and finished, last 25 of 150', 'ms', [JOBS, 'lastMs'])),
    against('first 25', 'firstMb', row('RSS of the session after 200', 'MB', [JOBS, 'lastMb'], ratioAtMost(1.1))),
    against('first 25', 'firstFiles', row('its open files and sockets', '', [JOBS, 'lastFiles'], ratioAtMost(1))),
    row('sockets, entries and temporary files left of 200 jobs', '', [JOBS, 'entries'], figureAtMost(0)),
    row('jobs listed of 200', '', [JOBS, 'listed']),
    row('files below the run directory', '', [JOBS, 'files']),
  ],
}
