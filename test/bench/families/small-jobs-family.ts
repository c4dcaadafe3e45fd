import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Workspace } from '../../e2e/command-line.js'
import { filesAtRest } from '../../e2e/numbers-job.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { figureAtMost, ratioAtMost, type BenchFamily, type BenchRow, type Figures, type Goal } from '../bench-family.js'
import { median } from '../median.js'
import { nodeAlone, timeCommand } from './timed-command.js'

/** One after the other, then several at a time; detached ones leave their output besides. */
const IN_TURN = 150
const AT_ONCE = 40
const SIDE_BY_SIDE = 4
const DETACHED = 10
/** The first and the last of those in turn are compared. */
const COMPARED = 25

interface SmallJob {
  readonly nodeMs: number
  readonly wholeMs: number
  readonly peakRssMb: number
  readonly openFiles: number
}

async function runOne(engine: BenchEngine, workspace: Workspace): Promise<Omit<SmallJob, 'nodeMs'>> {
  const job = { preload: 'process-probe', environment: { TMPDIR: temporaryOf(workspace) } }
  const run = await timeCommand(() => engine.start(workspace, job, ['run', jobFile('first-record-job')]))
  const [, rss, files] = /^PROBE ([\d.]+) (\d+)$/m.exec(run.stderr) ?? []
  return { wholeMs: run.wholeMs, peakRssMb: Number(rss), openFiles: Number(files) }
}

function temporaryOf(workspace: Workspace): string {
  return path.join(workspace.path, 'tmp')
}

async function measure(engine: BenchEngine): Promise<Figures> {
  const workspace = new Workspace()
  try {
    mkdirSync(temporaryOf(workspace))
    const inTurn: SmallJob[] = []
    for (let job = 0; job < IN_TURN; job += 1) {
      const { wholeMs: nodeMs } = await timeCommand(nodeAlone)
      inTurn.push({ nodeMs, ...(await runOne(engine, workspace)) })
    }
    for (let job = 0; job < AT_ONCE; job += SIDE_BY_SIDE)
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => runOne(engine, workspace)))
    for (let job = 0; job < DETACHED; job += 1) await runDetached(engine, workspace)
    const list = await timeCommand(() => engine.start(workspace, {}, ['list', '-a']))
    return { ...comparisonOf(inTurn), ...leftIn(workspace), listed: list.stdout.split('(FINISHED)').length - 1 }
  } finally {
    workspace.remove()
  }
}

/** Returns when it is done with its files. */
async function runDetached(engine: BenchEngine, workspace: Workspace): Promise<void> {
  const job = { environment: { TMPDIR: temporaryOf(workspace) } }
  await timeCommand(() => engine.start(workspace, job, ['run', '-d', jobFile('first-record-job')]))
  await filesAtRest(workspace)
}

function comparisonOf(jobs: readonly SmallJob[]): Figures {
  const of = (part: readonly SmallJob[], figure: keyof SmallJob): number => median(part.map((job) => job[figure]))
  const [first, last] = [jobs.slice(0, COMPARED), jobs.slice(-COMPARED)]
  return {
    firstNodeMs: of(first, 'nodeMs'),
    lastNodeMs: of(last, 'nodeMs'),
    firstMs: of(first, 'wholeMs'),
    lastMs: of(last, 'wholeMs'),
    firstRss: of(first, 'peakRssMb'),
    lastRss: of(last, 'peakRssMb'),
    firstFiles: of(first, 'openFiles'),
    lastFiles: of(last, 'openFiles'),
  }
}

/** What lies about when all jobs have ended. */
function leftIn(workspace: Workspace): Figures {
  const run = path.join(workspace.path, 'run')
  const names = (...folder: string[]): string[] => {
    const place = path.join(run, ...folder)
    return existsSync(place) ? readdirSync(place) : []
  }
  const living = names().filter((name) => !['archive', 'log'].includes(name))
  return {
    archives: names('archive').length,
    entries: living.length + readdirSync(temporaryOf(workspace)).length,
    logs: names('log').length,
  }
}

const PROGRAM = 'small-jobs'

function row(title: string, unit: string, figure: string, goal?: Goal): BenchRow {
  return { title, unit, value: { program: PROGRAM, figure }, ...(goal === undefined ? {} : { goal }) }
}

function against(label: string, figure: string, of: BenchRow): BenchRow {
  return { ...of, bound: { label, value: { program: PROGRAM, figure } } }
}

/** Two hundred jobs in one run directory: nothing of them grows, and nothing stays but what is to stay. */
export const smallJobsFamily: BenchFamily = {
  name: 'small-jobs',
  programs: [{ id: PROGRAM, usesEngine: true, maxRuns: 1, measure }],
  rows: [
    against('node -e 0', 'firstNodeMs', row('small job, whole, first 25 of 150 in turn', 'ms', 'firstMs')),
    against('node -e 0', 'lastNodeMs', row('the same, last 25', 'ms', 'lastMs')),
    against('first 25', 'firstRss', row('peak RSS of its process, last 25', 'MB', 'lastRss', ratioAtMost(1.05))),
    against('first 25', 'firstFiles', row('files, sockets and pipes open at its end', '', 'lastFiles', ratioAtMost(1))),
    row('sockets, entries and temporary files left of 200 jobs', '', 'entries', figureAtMost(0)),
    row('archived jobs left of 200 (100 are kept)', '', 'archives', figureAtMost(100)),
    row('of which `list -a` shows', '', 'listed', figureAtMost(100)),
    row('files in `log` of 190 attached and 10 detached jobs', '', 'logs', figureAtMost(DETACHED)),
  ],
}
