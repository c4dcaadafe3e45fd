/**
 * A job that is killed with SIGKILL again and again, and goes on from its newest checkpoint with another parallelism: keyed state, then a sink
 * with writers and committers and a sink function with transactions, which both rename files. Each record is once in the files of each.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type RunningCommand } from './command-line.js'
import { CHECKPOINT_INTERVAL_MS, elementsSeenOnce, KILLED_CONFIGURATION, seenElements } from './killed-elements.js'

const RECORDS_A_RUN = 1200
/** From a run's first commit on: the kill comes anywhere in one of the next three checkpoints. */
const LONGEST_WAIT_MS = 3 * CHECKPOINT_INTERVAL_MS

const JOB = `
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { TwoPhaseCommitSinkFunction } from 'flink-ts'
${seenElements(4)}
function commit (dir, name) {
  if (existsSync(dir + '/' + name)) return false
  renameSync(dir + '/.' + name, dir + '/' + name)
  return true
}

class Files {
  constructor (dir) { this.dir = dir }
  createWriter () {
    let lines = []
    return {
      write: (line) => { lines.push(line) },
      flush: () => {},
      prepareCommit: () => {
        if (lines.length === 0) return []
        const name = randomUUID()
        writeFileSync(this.dir + '/.' + name, lines.join('\\n') + '\\n')
        lines = []
        return [name]
      }
    }
  }
  createCommitter () {
    return {
      commit: (requests) => {
        for (const request of requests) if (!commit(this.dir, request.getCommittable())) request.signalAlreadyCommitted()
      }
    }
  }
}

class Transactions extends TwoPhaseCommitSinkFunction {
  constructor (dir) {
    super()
    this.dir = dir
    this.lines = new Map()
  }
  beginTransaction () { return randomUUID() }
  invoke (name, line) { this.lines.set(name, (this.lines.get(name) ?? '') + line + '\\n') }
  preCommit (name) {
    writeFileSync(this.dir + '/.' + name, this.lines.get(name) ?? '')
    this.lines.delete(name)
  }
  commit (name) { commit(this.dir, name) }
  abort (name) { rmSync(this.dir + '/.' + name, { force: true }) }
}

export default function (env, params) {
  const seen = seenElements(env, params)
  seen.sinkTo(new Files(params.get('out') + '/committers')).uid('committers')
  seen.addSink(new Transactions(params.get('out') + '/transactions')).uid('transactions')
}
`

export interface CommitRound {
  readonly records: number
  readonly kills: number
  /** Files of both sinks. */
  readonly files: number
}

/** Throws where a record is missing in the files of a sink, or is there twice. */
export async function commitRounds(
  kills: number,
  options: Readonly<Record<string, string>> = {},
): Promise<CommitRound> {
  const workspace = new Workspace({ ...options, ...KILLED_CONFIGURATION })
  const out = path.join(workspace.path, 'out')
  const sinks = ['committers', 'transactions'].map((name) => path.join(out, name))
  for (const directory of sinks) mkdirSync(directory, { recursive: true })
  const records = RECORDS_A_RUN * (kills + 1)
  const job = workspace.file('job.mjs', JOB)
  const run = (parallelism: number): RunningCommand =>
    workspace.start('run', '-p', String(parallelism), job, '--records', String(records), '--out', out)
  for (let kill = 0; kill < kills; kill += 1) {
    const running = run(1 + (kill % 3))
    const before = filesOf(sinks).length
    while (filesOf(sinks).length === before && !running.stdout.includes('has finished')) await delay(5)
    await delay(Math.random() * LONGEST_WAIT_MS)
    running.kill('SIGKILL')
    await running.ended
  }
  const { exitCode, stderr } = await run(2).ended
  assert.equal(exitCode, 0, stderr)
  for (const directory of sinks) assertOnce(directory, records)
  const files = filesOf(sinks).length
  workspace.remove()
  return { records, kills, files }
}

/** What is visible: a file with a dot is not committed. */
function filesOf(directories: readonly string[]): string[] {
  return directories.flatMap((directory) =>
    readdirSync(directory).flatMap((name) => (name.startsWith('.') ? [] : [path.join(directory, name)])),
  )
}

function assertOnce(directory: string, records: number): void {
  const lines = filesOf([directory]).flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean))
  const times = new Map<string, number>()
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1)
  const missing = elementsSeenOnce(records).filter((line) => !times.has(line))
  const again = [...times].filter(([, count]) => count > 1).map(([line]) => line)
  assert.deepEqual({ missing, again, lines: lines.length }, { missing: [], again: [], lines: records }, directory)
}
