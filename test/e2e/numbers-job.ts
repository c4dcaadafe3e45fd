/** A job without an end whose output tells whether a record was lost or counted twice, and how to wait for it. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Workspace, type CommandResult, type RunningCommand } from './command-line.js'

const JOB = `
import { KeyedProcessFunction, RichSourceFunction, ValueStateDescriptor } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor (limit) { super(); Object.assign(this, { limit, next: 0 }) }
  async * run () {
    while (this.next < this.limit) {
      const number = this.next
      this.next += 1
      yield number
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (value, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    out.collect(value + ' is number ' + count)
  }
}

export default function (env, params) {
  if (params.has('max-parallelism')) env.setMaxParallelism(params.getInt('max-parallelism'))
  env.addSource(new Numbers(params.getInt('limit', 1_000_000))).uid('numbers')
    .keyBy((value) => value % 3)
    .process(new Count()).uid(params.get('uid', 'count')).name('Count by key')
    .print()
}
`

/** A workspace with the job in it. */
export class NumbersWorkspace extends Workspace {
  readonly job: string = this.file('numbers.mjs', JOB)

  /** Starts the job attached; resolves when it has counted that far. */
  async running(count = 5, ...options: string[]): Promise<{ readonly job: RunningCommand; readonly jobId: string }> {
    const job = this.start('run', ...options, this.job)
    const jobId = await job.jobId()
    await job.until(lineOf(count))
    return { job, jobId }
  }
}

/** What the job prints for a number when each was counted exactly once. */
export function expectedLines(from: number, below: number): string[] {
  return Array.from({ length: below - from }, (_, index) => {
    const number = from + index
    return `${String(number)} is number ${String(Math.floor(number / 3) + 1)}`
  })
}

export function printedLines(output: string): string[] {
  return output.split('\n').filter((line) => line.includes(' is number '))
}

export function lineOf(number: number): RegExp {
  return new RegExp(`^${String(number)} is number `, 'm')
}

/** The URI that savepoint and stop print. */
export function savepointOf({ stdout, stderr }: CommandResult): string {
  const [, uri = ''] = /^Savepoint completed\. Path: (file:\S+)$/m.exec(stdout) ?? []
  if (uri === '') throw new Error(`there is no savepoint in ${stdout}${stderr}`)
  return uri
}

/** Nobody tells about files and processes that are not our children: asks until it is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let asked = 0; asked < 3000; asked += 1) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`waited in vain: ${what}`)
}

/** Of a file that another process writes; empty before it is there. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A job that nobody waits for is done with its files when its socket has gone, the last of what it made. */
export async function filesAtRest(workspace: Workspace): Promise<void> {
  const run = path.join(workspace.path, 'run')
  await until(`the jobs of ${run} have ended`, () => !readdirSync(run).some((name) => /\.(json|sock)/.test(name)))
}
