/** What becomes of failed, refused and cancelled jobs is decided by the program: by its try and catch, and how it ends. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** Every answer that main gets becomes a record of its last job: task workers that were told otherwise build another plan. */
const MANY = `
import { IntCounter, RichMapFunction, StreamExecutionEnvironment } from 'flink-ts'
class Same extends RichMapFunction {
  open () { this.n = new IntCounter(); this.getRuntimeContext().addAccumulator('n', this.n) }
  map (x) { this.n.add(1); return x }
}
const chain = (error) => error === undefined ? '' : [error.code ?? error.name, chain(error.cause)].filter(Boolean).join('<')
export async function main () {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  const told = []
  const note = async (name, work) => { try { told.push(name + ' ' + (await work())) } catch (error) { told.push(name + ' ' + chain(error)) } }
  const shared = new Same()
  env.fromElements(1).map(shared).map(shared).print()
  await note('refused', () => env.execute())
  await note('empty', () => env.execute())
  env.fromElements(1, 2, 3).map(new Same()).filter(() => false).print()
  const good = await env.executeAsync('good')
  env.fromElements(1).map(() => { throw new RangeError('planned') }).print()
  const bad = await env.executeAsync('bad')
  await note('bad', () => bad.getJobExecutionResult())
  await note('good', async () => (await good.getJobExecutionResult()).getAccumulatorResult('n'))
  env.addSource(async (ctx) => { while (ctx.isRunning()) { ctx.collect(1); await new Promise((r) => setTimeout(r, 5)) } }).filter(() => false).print()
  const endless = await env.executeAsync('endless')
  let polls = 0
  while (await endless.getJobStatus() === 'RUNNING' && polls < 20) polls += 1
  await endless.cancel()
  await note('cancelled', () => endless.getJobExecutionResult())
  await note('savepoint', () => endless.triggerSavepoint())
  const first = await Promise.race([bad.getJobExecutionResult().catch(() => 'bad'), good.getJobExecutionResult().then(() => 'good')])
  env.fromElements(...told, first + ' first', polls + ' polls').print()
  await env.execute('last')
}`

const SMALL = `
export default async function (env, params) {
  const how = params.get('how')
  env.fromElements('x').map((x) => { if (['unasked', 'unhandled', 'late'].includes(how)) throw new Error('planned'); return x }).print()
  if (how === 'unasked') { await env.executeAsync(); return }
  if (how === 'unhandled') { const job = await env.executeAsync(); void job.getJobExecutionResult(); return }
  if (how === 'late') { void env.execute().catch(() => { env.fromElements('another job').print(); return env.execute() }); return }
  if (how === 'sets it after main') { void env.execute().then(() => { process.exitCode = 6 }); return }
  if (how === 'exits amid its job') {
    env.addSource(async (ctx) => { while (ctx.isRunning()) await new Promise((r) => setTimeout(r, 5)) }).print()
    await env.executeAsync()
    process.exit(3)
  }
  if (how === 'stuck amid its job' || how === 'stuck') {
    await (how === 'stuck' ? env.execute() : env.executeAsync())
    await new Promise(() => {})
  }
  await env.execute()
  if (how === 'wakes up') {
    await new Promise((resolve) => setTimeout(resolve, 100))
    env.fromElements('another job').print()
    await env.execute()
    return
  }
  if (how === 'sets it') { process.exitCode = 5; return }
  if (how === 'exits with 4') process.exit(4)
  if (how === 'throws') throw new Error('after all jobs')
  process.exit(0)
}`

describe('a program decides what its jobs mean', () => {
  let workspace: Workspace
  before(() => {
    workspace = new Workspace({ 'restart-strategy.type': 'none' })
    workspace.file('many.mjs', MANY)
    workspace.file('small.mjs', SMALL)
  })
  after(() => {
    workspace.remove()
  })

  it('and takes the same branches in every worker, whatever its earlier jobs came to', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('run', '-p', '2', 'many.mjs')
    assert.equal(exitCode, 0, stderr)
    const lines = stdout.split('\n').map((line) => line.replace(/^\d> /, ''))
    for (const line of [
      'refused FUNCTION_SHARED',
      'empty PROGRAM_NO_JOB',
      'bad JOB_EXECUTION_FAILED<RESTARTS_EXHAUSTED<OPERATOR_FAILED<RangeError',
      'good 3',
      'cancelled JOB_CANCELED',
      'savepoint SAVEPOINT_DIRECTORY_MISSING',
    ]) {
      assert.ok(lines.includes(line), `${line} is missing in ${stdout}`)
    }
    // Those that failed or were cancelled have not finished.
    assert.equal(lines.filter((line) => line === 'Program execution finished').length, 2)
  })

  const endings = [
    { how: 'unasked', exitCode: 1, stderr: /planned/, title: 'a failed job that it never asked about is an error' },
    { how: 'unhandled', exitCode: 1, stderr: /planned/, title: 'a rejection that nobody handles is an error' },
    {
      how: 'throws',
      exitCode: 1,
      stderr: /after all jobs/,
      title: 'what it throws when all jobs are done is an error',
    },
    {
      how: 'exits',
      exitCode: 0,
      stderr: /^$/,
      title: 'process.exit(0) after its jobs is a good end',
    },
    {
      how: 'exits with 4',
      exitCode: 4,
      stderr: /PROGRAM_EXITED.* exit code 4 before/,
      title: 'its own exit code after its jobs is that of the command',
    },
    {
      how: 'sets it',
      exitCode: 5,
      stderr: /^$/,
      title: 'the exit code that it sets is that of the command when its jobs ended well',
    },
    {
      how: 'sets it after main',
      exitCode: 6,
      stderr: /^$/,
      title: 'the exit code that it sets when its last job has ended is that of the command',
    },
    {
      how: 'exits amid its job',
      exitCode: 3,
      stderr: /PROGRAM_EXITED.* exit code 3 before/,
      title: 'its own exit code amid a job is that of the command',
    },
    {
      how: 'stuck',
      exitCode: 1,
      stderr: /PROGRAM_NEVER_RETURNS/,
      title: 'a main that nothing can wake after its jobs is an error',
    },
    {
      how: 'stuck amid its job',
      exitCode: 1,
      stderr: /PROGRAM_NEVER_RETURNS/,
      title: 'a main that nothing can wake is an error when its jobs have ended',
    },
    { how: 'wakes up', exitCode: 0, stderr: /^/, title: 'a main that waits for a timer between its jobs goes on' },
    { how: 'late', exitCode: 0, stderr: /^/, title: 'a job that begins when main has returned is run' },
  ]
  for (const { how, exitCode, stderr, title } of endings) {
    it(title, async () => {
      const result = await workspace.run('run', 'small.mjs', '--how', how)
      assert.equal(result.exitCode, exitCode, result.stdout + result.stderr)
      assert.match(result.stderr, stderr)
      assert.equal(result.stdout.includes('another job'), how === 'late' || how === 'wakes up')
      if (how.startsWith('stuck')) assert.match(result.stdout, /^x$/m)
    })
  }
})
