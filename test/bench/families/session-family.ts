import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { figureAtMost, ratioAtMost, type BenchFamily, type BenchRow, type Figures, type Goal } from '../bench-family.js'
import { median } from '../median.js'
import { Asking } from './asking.js'
import { withSession, type BenchSession } from './bench-session.js'
import { nodeAlone, timeCommand } from './timed-command.js'

const STARTS = 7
/** Until V8 has cleared away what the start left. */
const SETTLE_MS = 8_000
const RECORDS = 40_000_000
/** One request a millisecond, in groups as a timer is late on a busy machine. */
const REQUESTS_PER_SECOND = 1000
/** One sampling in each turn that asks for stacks: its beginning and its end are in it, and the next turn begins without one. */
const SAMPLINGS = {
  'rest.flamegraph.enabled': 'true',
  'rest.flamegraph.num-samples': '40',
  'rest.flamegraph.delay-between-samples': '50 ms',
  'rest.flamegraph.refresh-interval': '1 s',
}
const SAMPLING_TURN_MS = 2_500
const SAMPLING_REQUESTS_PER_SECOND = 2
/** Of the readings: compiling. */
const WARM_UP = 0.2
const IN_TURN = 150
const AT_ONCE = 50
const SIDE_BY_SIDE = 4
/** The first jobs, after which all has been loaded and compiled. */
const FIRST = 25

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

async function measureAsked(engine: BenchEngine, records: number): Promise<Figures> {
  return withSession(engine, async (session) => {
    const jobId = await submitCounting(session, records)
    const places = { detail: `/jobs/${jobId}`, other: '/config', nothing: undefined }
    const asking = new Asking(session, { places, turnMs: 500, requestsPerSecond: REQUESTS_PER_SECOND })
    await session.untilFinished(jobId)
    const detailPerSecond = asking.stop('detail')
    const told = toldBy(session, jobId)
    const [nsDetail, nsOther, nsNothing] = ['detail', 'other', 'nothing'].map((name) => nsOf(told, asking, name))
    return { detailPerSecond, nsDetail: nsDetail ?? 0, nsOther: nsOther ?? 0, nsNothing: nsNothing ?? 0 }
  })
}

async function measureSampled(engine: BenchEngine, records: number): Promise<Figures> {
  const measure = async (session: BenchSession): Promise<Figures> => {
    const jobId = await submitCounting(session, records)
    const { vertices } = (await session.ask('GET', `/jobs/${jobId}`)) as {
      readonly vertices: { readonly id: string }[]
    }
    const place = `/jobs/${jobId}/vertices/${vertices.at(-1)?.id ?? ''}/flamegraph?type=FULL`
    const requestsPerSecond = SAMPLING_REQUESTS_PER_SECOND
    // The first sampling loads the inspector.
    while (((await session.ask('GET', place)) as { readonly data: unknown }).data === null) await delay(100)
    const asking = new Asking(session, {
      places: { stacks: place, nothing: undefined },
      turnMs: SAMPLING_TURN_MS,
      requestsPerSecond,
    })
    await session.untilFinished(jobId)
    asking.stop('stacks')
    const told = toldBy(session, jobId)
    return { nsStacks: nsOf(told, asking, 'stacks'), nsNothing: nsOf(told, asking, 'nothing') }
  }
  return withSession(engine, measure, { settings: SAMPLINGS })
}

async function submitCounting(session: BenchSession, records: number): Promise<string> {
  await session.untilItAnswers()
  const args = ['--records', String(records), '--keys', '10000']
  return session.submit('-p', '1', jobFile('queried-count-job'), ...args)
}

function toldBy(session: BenchSession, jobId: string): Told {
  const output = path.join(session.workspace.path, 'run/log', `flink-ts-${jobId}.out`)
  return JSON.parse(/^\{"step".*\}$/m.exec(readFileSync(output, 'utf8'))?.[0] ?? '{}') as Told
}

/** Processor time of the task's thread for a record, in the turns of a kind. */
function nsOf({ step, timesMs, ranNs }: Told, asking: Asking, name: string): number {
  const spent: number[] = []
  for (let at = Math.floor(timesMs.length * WARM_UP); at + 1 < timesMs.length; at += 1) {
    if (asking.turnBetween(timesMs[at] ?? 0, timesMs[at + 1] ?? 0) !== name) continue
    spent.push(((ranNs[at + 1] ?? 0) - (ranNs[at] ?? 0)) / step)
  }
  return spent.reduce((sum, ns) => sum + ns, 0) / spent.length
}

/** One program, uploaded once, run two hundred times. */
function measureJobs(engine: BenchEngine): Promise<Figures> {
  return withSession(engine, measureJobsOf, { preload: 'heap-probe' })
}

async function measureJobsOf(session: BenchSession): Promise<Figures> {
  await session.untilItAnswers()
  const times: number[] = []
  const runOne = async (): Promise<void> => {
    const began = performance.now()
    await session.untilFinished(await session.submit(jobFile('first-record-job')))
    times.push(performance.now() - began)
  }
  for (let job = 0; job < FIRST; job += 1) await runOne()
  const first = {
    firstHeapMb: await session.heapMb(),
    firstMb: session.memoryMb(),
    firstFiles: await session.openFiles(),
  }
  for (let job = FIRST; job < IN_TURN; job += 1) await runOne()
  const inTurn = [...times]
  for (let job = 0; job < AT_ONCE; job += SIDE_BY_SIDE)
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, AT_ONCE - job) }, runOne))
  // Processes of the last jobs are on their way out.
  await delay(2000)
  const { jobs } = (await session.ask('GET', '/jobs/overview')) as { readonly jobs: readonly unknown[] }
  return {
    firstMs: median(inTurn.slice(0, FIRST)),
    lastMs: median(inTurn.slice(-FIRST)),
    ...first,
    lastHeapMb: await session.heapMb(),
    lastMb: session.memoryMb(),
    lastFiles: await session.openFiles(),
    listed: jobs.length,
    ...leftIn(session),
  }
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
const SAMPLED = 'session-sampled'
const JOBS = 'session-jobs'
const START = 'session-start'

/** What a session costs by itself, what it costs a job that it is asked about it, and what many jobs leave in it. */
export const sessionFamily: BenchFamily = {
  name: 'session',
  programs: [
    { id: START, usesEngine: true, maxRuns: 1, measure: measureStart },
    { id: ASKED, usesEngine: true, measure: (engine, sizes) => measureAsked(engine, sizes.records ?? RECORDS) },
    { id: SAMPLED, usesEngine: true, measure: (engine, sizes) => measureSampled(engine, sizes.records ?? RECORDS) },
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
    against(
      'nobody looks',
      'nsNothing',
      row('W2, p = 1, its flame graph is sampled: the task', 'ns/rec', [SAMPLED, 'nsStacks']),
    ),
    against('first 25', 'firstMs', row('small job, submitted and finished, last 25 of 150', 'ms', [JOBS, 'lastMs'])),
    against(
      'first 25',
      'firstHeapMb',
      row('heap of the session after 200, without garbage', 'MB', [JOBS, 'lastHeapMb'], ratioAtMost(1.1)),
    ),
    against('first 25', 'firstMb', row('its RSS', 'MB', [JOBS, 'lastMb'])),
    against('first 25', 'firstFiles', row('its open files and sockets', '', [JOBS, 'lastFiles'], ratioAtMost(1))),
    row('sockets, entries and temporary files left of 200 jobs', '', [JOBS, 'entries'], figureAtMost(0)),
    row('jobs listed of 200', '', [JOBS, 'listed']),
    row('files below the run directory', '', [JOBS, 'files']),
  ],
}
