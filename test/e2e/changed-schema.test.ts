/** A savepoint of a job, and the next programs, whose state has another type: one says how the one becomes the other, one does not. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { savepointOf } from './numbers-job.js'
import { assertFailed } from './refusals.js'

const KEYS = ['ann', 'bob', 'cid']

/** Tells each state once a key; of the first program the source goes on until the job is stopped. */
function program(state: string, tell: string): string {
  return `
import { KeyedProcessFunction, Types, ValueStateDescriptor } from 'flink-ts'
class Visits extends KeyedProcessFunction {
  open() { this.visits = this.getRuntimeContext().getState(${state}) }
  processElement(user, ctx, out) { ${tell} }
}
export default function (env, params) {
  const users = ${JSON.stringify(KEYS)}
  const source = params.has('endless')
    ? env.addSource(async (ctx) => {
        for (let n = 0; ctx.isRunning(); n += 1) { ctx.collect(users[n % 3]); await new Promise((r) => setTimeout(r, n < 3 ? 0 : 20)) }
      })
    : env.fromElements(...users)
  source.keyBy((user) => user).process(new Visits()).uid('visits').print()
}`
}

const FIRST = program(
  "new ValueStateDescriptor('visits', Types.OBJECT({ pages: Types.INT, last: Types.STRING }))",
  `if (this.visits.value() === null) { this.visits.update({ pages: user.length, last: user }); out.collect('new ' + user) }`,
)
const TELL = `out.collect(user + ' ' + JSON.stringify(this.visits.value()))`
const SECOND_TYPE =
  "new ValueStateDescriptor('visits', Types.OBJECT({ pages: Types.LIST(Types.STRING), last: Types.STRING, at: Types.LONG }))"

describe('a program with another type of its state', () => {
  let workspace: Workspace
  let savepoint = ''
  before(async () => {
    workspace = new Workspace({ 'restart-strategy.type': 'fixed-delay' })
    workspace.file('first.mjs', FIRST)
    const steps = "{ 1: (old) => ({ ...old, pages: Array.from({ length: old.pages }, () => 'page'), at: 5 }) }"
    workspace.file('second.mjs', program(`${SECOND_TYPE}.withSchema(2, { migrate: ${steps} })`, TELL))
    workspace.file('without.mjs', program(SECOND_TYPE, TELL))
    const job = workspace.start('run', 'first.mjs', '--endless')
    await job.until(/new cid/)
    const jobId = await job.jobId()
    savepoint = savepointOf(await workspace.run('stop', '-p', `${workspace.path}/savepoints`, jobId))
    await job.ended
  })
  after(() => {
    workspace.remove()
  })

  it('goes on with migrated state', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('run', '-s', savepoint, 'second.mjs')
    assert.equal(exitCode, 0, stderr)
    const told = KEYS.map((user) => `${user} {"pages":["page","page","page"],"last":"${user}","at":5}`)
    assert.deepEqual(
      stdout
        .split('\n')
        .filter((line) => line.includes('{'))
        .sort(),
      told,
    )
  })

  it('is refused when it starts where it does not say how, with both shapes and what to write', async () => {
    const refused = await workspace.run('run', '-s', savepoint, 'without.mjs')
    const said = assertFailed(refused, [
      "State 'visits' of ",
      'cannot be restored: it was written as OBJECT(pages: INT, last: STRING) and is declared as OBJECT(pages: LIST(STRING), ',
      /! {3}pages: INT {7}pages: LIST\(STRING\)\n/,
      /\+ {20}at: LONG\n/,
      '.withSchema(2, { migrate: { 1: (old) => ... } })',
    ])
    assert.doesNotMatch(refused.stdout, /\{"pages"/)
    assert.match(said, /STATE_TYPE_INCOMPATIBLE/)
  })
})
