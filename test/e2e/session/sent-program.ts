/** A program of several files that is sent to a session: it counts, as far, as fast and with as much luck as its arguments say. */
import { SessionUnderTest } from './session-under-test.js'

const JOB = `
import { existsSync, writeFileSync } from 'node:fs'
import { IntCounter, RichMapFunction, RichSourceFunction } from 'flink-ts'
import { shown } from './lib/shown.mjs'

class Numbers extends RichSourceFunction {
  constructor (limit, failAt) { super(); Object.assign(this, { limit, failAt, next: 0 }) }
  async * run () {
    for (; this.next < this.limit; this.next += 1) {
      if (this.next === this.failAt) throw new RangeError('no number ' + this.next)
      yield this.next
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
}

class Seen extends RichMapFunction {
  open () { this.getRuntimeContext().addAccumulator('seen', this.seen = new IntCounter()) }
  map (value) { this.seen.add(1); return shown(value) }
}

export default async function (env, params) {
  if (params.has('out')) writeFileSync(params.get('out'), params.get('text', ''))
  while (params.has('gate') && !existsSync(params.get('gate'))) await new Promise((resolve) => setTimeout(resolve, 20))
  if (params.has('nothing')) return
  env.addSource(new Numbers(params.getInt('limit', 1e9), params.getInt('fail', -1))).uid('numbers').map(new Seen()).uid('seen').print()
  await env.execute(params.get('name', 'sent'))
  while (params.has('hold') && !existsSync(params.get('hold'))) await new Promise((resolve) => setTimeout(resolve, 20))
  if (!params.has('again')) return
  env.fromElements(1).print()
  await env.execute('again')
}
`

/** The program with a module and a package of its own, in the workspace. */
export function program({ workspace }: SessionUnderTest): string {
  workspace.file('p/node_modules/marks/package.json', '{ "name": "marks", "version": "1.0.0", "main": "marks.js" }')
  workspace.file('p/node_modules/marks/marks.js', "module.exports = '!'")
  workspace.file('p/lib/shown.mjs', "import mark from 'marks'\nexport const shown = (value) => value + mark")
  return workspace.file('p/job.mjs', JOB)
}

export interface SentProgram {
  readonly session: SessionUnderTest
  /** The job file. */
  readonly job: string
  /** How commands find the session. */
  readonly at: readonly string[]
}

/** For the tests of a suite: a session, and a program that is sent to it. */
export async function sentProgram(): Promise<SentProgram> {
  const session = await SessionUnderTest.create({ 'execution.checkpointing.interval': '200 ms' })
  await session.start()
  return { session, job: program(session), at: ['-m', `localhost:${session.port}`] }
}
