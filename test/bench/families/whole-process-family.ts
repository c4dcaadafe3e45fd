import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import type { BenchFamily, BenchRow, Figures } from '../bench-family.js'
import { median } from '../median.js'
import { nodeAlone, timeCommand } from './timed-command.js'

const ROUNDS = 15
/** As many as are ever kept, and again as many that another version may have left. */
const ARCHIVED = 200

/** A run directory with this many jobs that have ended, all but one of them copies. */
async function archive(engine: BenchEngine, workspace: Workspace): Promise<void> {
  await timeCommand(() => engine.start(workspace, {}, ['run', jobFile('first-record-job')]))
  const folder = path.join(workspace.path, 'run/archive')
  const [name = ''] = readdirSync(folder)
  const jobId = path.basename(name, '.json')
  const text = readFileSync(path.join(folder, name), 'utf8')
  for (let copy = 1; copy < ARCHIVED; copy += 1) {
    const id = copy.toString(16).padStart(32, '0')
    writeFileSync(path.join(folder, `${id}.json`), text.replaceAll(jobId, id))
  }
}

/** The commands in turn, so that whatever the machine does meanwhile meets all of them. */
async function measure(engine: BenchEngine): Promise<Figures> {
  const empty = new Workspace()
  const archived = new Workspace()
  const living = new Workspace({ 'state.savepoints.dir': 'savepoints' })
  const times: Record<string, number[]> = {}
  let job: RunningCommand | undefined
  try {
    await archive(engine, archived)
    job = engine.start(living, {}, ['run', jobFile('idle-job'), '--seconds', '600'])
    const jobId = await job.jobId()
    const commands = {
      node: nodeAlone,
      version: () => engine.start(empty, {}, ['--version']),
      list: () => engine.start(empty, {}, ['list']),
      listAll: () => engine.start(archived, {}, ['list', '-a']),
      listRunning: () => engine.start(living, {}, ['list', '-r']),
      savepoint: () => engine.start(living, {}, ['savepoint', jobId]),
    }
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, command] of Object.entries(commands))
        (times[name] ??= []).push((await timeCommand(command)).wholeMs)
  } finally {
    job?.kill('SIGINT')
    await job?.ended
    for (const workspace of [empty, archived, living]) workspace.remove()
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))
}

function row(title: string, figure: string): BenchRow {
  return {
    title,
    unit: 'ms',
    value: { program: 'whole-process', figure },
    bound: { label: 'node -e 0', value: { program: 'whole-process', figure: 'node' } },
  }
}

/** Commands beside jobs as whole processes; `start` has the goals of those that it measures as well. */
export const wholeProcessFamily: BenchFamily = {
  name: 'whole-process',
  programs: [{ id: 'whole-process', usesEngine: true, maxRuns: 1, measure }],
  rows: [
    row('flink-ts --version, whole process', 'version'),
    row('flink-ts list, nothing to list', 'list'),
    row(`flink-ts list -a, ${String(ARCHIVED)} jobs that have ended`, 'listAll'),
    row('flink-ts list -r, one job that runs', 'listRunning'),
    row('flink-ts savepoint, of a small job', 'savepoint'),
  ],
}
