/** Programs that are sent to a session: packed, uploaded, run there, awaited and ended from elsewhere. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freePort } from '../free-port.js'
import { assertFailed } from '../refusals.js'
import { askWeb } from '../web-client.js'
import { jobIdIn, SessionUnderTest } from './session-under-test.js'

const STORES = path.resolve(import.meta.dirname, '../../../../test/fixtures/tls')
const TOKEN = 'a-token-of-this-test-and-no-other'
const WITHOUT_RESTART = ['-D', 'restart-strategy.type=none']

const JOB = `
import { writeFileSync } from 'node:fs'
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
  if (params.has('later')) await new Promise((resolve) => setTimeout(resolve, params.getInt('later')))
  if (params.has('nothing')) return
  env.addSource(new Numbers(params.getInt('limit', 1e9), params.getInt('fail', -1))).uid('numbers').map(new Seen()).uid('seen').print()
  await env.execute(params.get('name', 'sent'))
  if (!params.has('again')) return
  env.fromElements(1).print()
  await env.execute('again')
}
`

/** The program with a module and a package of its own, in the workspace. */
function program({ workspace }: SessionUnderTest): string {
  workspace.file('p/node_modules/marks/package.json', '{ "name": "marks", "version": "1.0.0", "main": "marks.js" }')
  workspace.file('p/node_modules/marks/marks.js', "module.exports = '!'")
  workspace.file('p/lib/shown.mjs', "import mark from 'marks'\nexport const shown = (value) => value + mark")
  return workspace.file('p/job.mjs', JOB)
}

const LINUX = { skip: process.platform !== 'linux' }

describe('run -m', LINUX, () => {
  let session: SessionUnderTest
  let job: string
  let at: readonly string[]

  before(async () => {
    session = await SessionUnderTest.create({ 'execution.checkpointing.interval': '200 ms' })
    await session.start()
    job = program(session)
    at = ['-m', `localhost:${session.port}`]
  })

  after(async () => {
    await session.stop()
    try {
      assert.deepEqual(session.leftovers(), [])
    } finally {
      session.remove()
    }
  })

  it('sends a module with what it imports, waits for its job, and tells of its end as Flink does', async () => {
    const { exitCode, stdout, stderr } = await session.workspace.run('run', ...at, job, '--limit', '20')
    assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' })
    const jobId = jobIdIn({ exitCode, stdout, stderr }) ?? ''
    assert.match(
      stdout,
      new RegExp(
        `^Job has been submitted with JobID ${jobId}\nProgram execution finished\nJob with JobID ${jobId} has finished.\nJob Runtime: \\d+ ms\nAccumulator Results: \n- seen \\(IntCounter\\): 20\n\n\n$`,
      ),
    )
    const output = readFileSync(path.join(session.workspace.path, `run/log/flink-ts-${jobId}.out`), 'utf8')
    assert.match(output, /^0!\n1!\n[^]*\n19!\n/)
    assert.deepEqual(JSON.parse((await session.ask('/jars')).text), { address: session.url, files: [] })
    await session.until('nothing of it is kept', () => session.programs().length === 0)
  })

  it('tells what its program fails with after the job has finished, with exit code 1: a second execute(), say', async () => {
    const words = [
      'has finished, and its program has failed after it',
      'Cannot have more than one execute()',
      'session',
    ]
    const attached = await session.workspace.run('run', ...at, job, '--limit', '20', '--again')
    assert.equal(attached.exitCode, 1)
    for (const word of words) assert.ok(attached.stderr.includes(word), attached.stderr)
    const jobId = jobIdIn(attached) ?? ''
    assert.match(attached.stdout, new RegExp(`Job with JobID ${jobId} has finished.\nJob Runtime: `))
    const { 'failure-cause': failure } = await session.json<{ readonly 'failure-cause': { readonly class: string } }>(
      `/jobs/${jobId}/program`,
    )
    assert.match(failure.class, /Exception$|Error$/)
    const json = await session.workspace.run('run', ...at, '--json', job, '--limit', '1', '--again')
    assert.equal(json.exitCode, 1)
    assert.match(
      (JSON.parse(json.stdout) as { readonly error: { readonly code: string } }).error.code,
      /^PROGRAM_FAILED_AFTER_JOB$/,
    )
  })

  it('has one document on standard output with --json, of the job or of its failure, and the same exit codes', async () => {
    const ended = await session.workspace.run('run', ...at, '--json', job, '--limit', '5')
    const { jobs, exitCode } = JSON.parse(ended.stdout) as { jobs: Record<string, unknown>[]; exitCode: number }
    const [{ state, accumulators } = {}] = jobs
    assert.deepEqual([ended.exitCode, exitCode, state, accumulators], [0, 0, 'FINISHED', { seen: { value: 5 } }])
    const failed = await session.workspace.run('run', ...at, ...WITHOUT_RESTART, '--json', job, '--fail', '3')
    const { error } = JSON.parse(failed.stdout) as { error: { code: string; causes: { message: string }[] } }
    assert.deepEqual([failed.exitCode, error.code], [1, 'JOB_EXECUTION_FAILED'])
    assert.match(JSON.stringify(error.causes), /RangeError: no number 3/)
  })

  it('fails with what the job failed of', async () => {
    const result = await session.workspace.run('run', ...at, ...WITHOUT_RESTART, job, '--fail', '3')
    assertFailed(result, ['[JOB_EXECUTION_FAILED]: Job failed (JobID: ', '\nCaused by: ', 'RangeError: no number 3'])
    assert.match(result.stdout, /^Job has been submitted with JobID [0-9a-f]{32}\n$/)
  })

  it('returns at once with -d, and with --wait when all tasks run; other commands find the job by its name', async () => {
    const run = await session.workspace.run('run', ...at, '-d', '--wait', '--json', job, '--name', 'waited')
    const { jobId, state } = JSON.parse(run.stdout) as { jobId: string; state: string }
    assert.deepEqual([run.exitCode, state], [0, 'RUNNING'], run.stderr)
    const { stdout: list } = await session.workspace.run('list', ...at)
    assert.match(list, new RegExp(` : ${jobId} : waited \\(RUNNING\\)\n`))
    const directory = path.join(session.workspace.path, 'savepoints')
    const taken = await session.workspace.run('savepoint', ...at, '--json', 'waited', directory)
    const { savepoint } = JSON.parse(taken.stdout) as { savepoint: string }
    const checkpoint = await session.workspace.run('checkpoint', ...at, 'waited')
    assert.match(checkpoint.stdout, new RegExp(`^Checkpoint \\d+ for job ${jobId} completed\\.$`, 'm'))
    const canceled = await session.workspace.run('cancel', ...at, '--wait', '--json', 'waited')
    assert.deepEqual([canceled.exitCode, JSON.parse(canceled.stdout)], [0, { jobId, state: 'CANCELED' }])
    const again = await session.workspace.run('cancel', ...at, jobId)
    assert.equal(again.exitCode, 0, again.stderr)
    const restored = await session.workspace.run(
      'run',
      ...at,
      '-d',
      '-s',
      savepoint,
      '--wait',
      job,
      '--name',
      'restored',
    )
    assert.equal(restored.exitCode, 0, restored.stderr)
    const stopped = await session.workspace.run('stop', ...at, '--wait', '--json', '-p', directory, 'restored')
    assert.equal((JSON.parse(stopped.stdout) as { state: string }).state, 'FINISHED')
    const { length } = readdirSync(directory)
    const disposed = await session.workspace.run('savepoint', ...at, '-d', savepoint)
    assert.equal(disposed.exitCode, 0, disposed.stderr)
    assert.equal(readdirSync(directory).length, length - 1)
  })

  it('leaves the job alone when it is interrupted, and with -sae cancels it', async () => {
    const left = session.workspace.start('run', ...at, job, '--name', 'left')
    const leftId = await left.jobId()
    left.kill('SIGINT')
    assert.deepEqual({ ...(await left.ended), stdout: '' }, { exitCode: 130, stdout: '', stderr: '' })
    const own = session.workspace.start('run', ...at, '-sae', job, '--name', 'own')
    const ownId = await own.jobId()
    own.kill('SIGINT')
    assert.equal((await own.ended).exitCode, 130)
    const stateOf = (jobId: string) => async (): Promise<boolean> =>
      (await session.jobs()).some(({ jid, state }) => jid === jobId && state === 'CANCELED')
    await session.until('the own job is cancelled', stateOf(ownId))
    assert.equal(await stateOf(leftId)(), false)
    await session.workspace.run('cancel', ...at, '--wait', leftId)
  })

  it('leaves no job in the session when it is interrupted before main has come to it', async () => {
    const known = new Set((await session.jobs()).map(({ jid }) => jid))
    const began = path.join(session.workspace.path, 'began.txt')
    const run = session.workspace.start('run', ...at, job, '--out', began, '--later', '2000')
    await session.until('main has begun', () => existsSync(began))
    run.kill('SIGINT')
    assert.deepEqual({ ...(await run.ended), stderr: '' }, { exitCode: 130, stdout: '', stderr: '' })
    await session.untilJobs('its job is cancelled', (jobs) =>
      jobs.some(({ jid, state }) => !known.has(jid) && state === 'CANCELED'),
    )
  })

  it('waits on while the session is killed and started again', async () => {
    // As long as a session takes to begin on a machine that has much to do.
    const patience = ['-D', 'rest.retry.delay=100 ms', '-D', 'rest.retry.max-attempts=600']
    const attached = session.workspace.start('run', ...at, ...patience, job, '--limit', '1500')
    const jobId = await attached.jobId()
    await session.killSession()
    await session.start()
    const { exitCode, stdout, stderr } = await attached.ended
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, new RegExp(`\nJob with JobID ${jobId} has finished\\.\n`))
  })

  it('runs the program where the command stands, with its arguments as they are, and its own configuration', async () => {
    const args = ['--limit', '1', '--out', 'out.txt', '--text', `it's "so", a=b `]
    const { exitCode, stderr } = await session.workspace.run('run', ...at, '-p', '2', job, ...args)
    assert.equal(exitCode, 0, stderr)
    assert.equal(readFileSync(path.join(session.workspace.path, 'out.txt'), 'utf8'), `it's "so", a=b `)
  })

  it('tells of what cannot run before anything is sent, or in the words of the session', async () => {
    const { workspace } = session
    const broken = workspace.file('broken.mjs', "import './gone.mjs'")
    assertFailed(await workspace.run('run', ...at, broken), [
      '[PROGRAM_PACKING_FAILED]',
      `${broken}: it imports './gone.mjs'`,
    ])
    const missing = await workspace.run('run', ...at, 'missing.js')
    assert.deepEqual([missing.exitCode, /JAR file does not exist: .*missing\.js/.test(missing.stdout)], [1, true])
    const throwing = workspace.file('throwing.mjs', "export default () => { throw new TypeError('in main') }")
    assertFailed(await workspace.run('run', ...at, throwing), ['Could not execute application.', 'TypeError: in main'])
    assertFailed(await workspace.run('run', ...at, job, '--nothing'), ['[PROGRAM_NO_JOB]', 'job.mjs defines no job'])
    assertFailed(await workspace.run('run', ...at, '-d', '-s', '/tmp/gone', job), [
      'Could not execute application.',
      "Cannot find checkpoint or savepoint file/directory '/tmp/gone'",
    ])
    const recovered = await workspace.run('run', ...at, '--recover', 'a'.repeat(32))
    assert.match(recovered.stdout, /^--recover is about a job of this machine, and http:\/\/localhost/)
    const upgraded = await workspace.run('upgrade', '-t', 'remote', 'some-job', job)
    const instead = 'flink-ts run -t remote -d -s <savepoint> <job-file>.'
    assertFailed(upgraded, ['[SESSION_ACTION_MISSING]: upgrade is about this machine alone', instead])
    const listed = await workspace.run('state', 'ls', '-t', 'remote', 'some-job')
    assertFailed(listed, ['[SESSION_ACTION_MISSING]: state ls is about', 'give its path, without -m and -t.'])
  })

  it('has its jobs watched, measured and read from elsewhere, also when they have ended', async () => {
    const { workspace } = session
    // Jobs of the machine would be found in the run directory.
    const there = ['-t', 'remote', '-D', `cluster.run-directory=${path.join(workspace.path, 'elsewhere')}`]
    const jobId = await session.submit('--wait', job, '--name', 'seen from afar')
    const metrics = await workspace.run('metrics', ...there, '--json', 'seen from afar', 'numRecordsOut')
    assert.match(metrics.stdout, /"operator":null,"name":"numRecordsOut","value":\d/, metrics.stderr)
    const top = JSON.parse((await workspace.run('top', ...there, '--once', '--json', jobId)).stdout) as {
      readonly jobs: readonly { readonly jobId: string; readonly state: string }[]
    }
    assert.deepEqual(
      top.jobs.map((one) => [one.jobId, one.state]),
      [[jobId, 'RUNNING']],
    )
    assert.match((await workspace.run('top', ...there)).stdout, /^Job [0-9a-f]{32} "seen from afar" RUNNING/m)
    const upgraded = await workspace.run('upgrade', jobId, job)
    assertFailed(upgraded, [`[JOB_OF_SESSION]: Job ${jobId} is of a session cluster`, 'flink-ts run -t remote -d -s'])
    const following = workspace.start('logs', ...there, '-f', jobId)
    await following.until(/^5!$/m)
    await workspace.run('cancel', ...at, jobId)
    const followed = await following.ended
    assert.match(followed.stdout, new RegExp(`^==> flink-ts-${jobId}\\.out <==\n0!\n1!\n2!\n3!\n4!\n5!\n`))
    assert.match(followed.stderr, new RegExp(`Job ${jobId} has ended: CANCELED`))
    assert.deepEqual(followed.stdout.match(/^7!$/gm), ['7!'])
    const last = await workspace.run('logs', ...there, '-n', '1', '--quiet', jobId)
    assert.match(last.stdout, /JOB_CANCELED/)
    assertFailed(await workspace.run('metrics', ...there, jobId), [`Job ${jobId} is CANCELED`])
    assertFailed(await workspace.run('logs', ...there, 'b'.repeat(32)), ['[JOB_NOT_FOUND]'])
  })

  it('keeps what it was sent to its user alone', async () => {
    const form = new FormData()
    form.set('jarfile', new Blob([readFileSync(job)]), '../../sent.mjs')
    const answer = await fetch(`${session.url}/jars/upload`, { method: 'POST', body: form })
    const { filename } = (await answer.json()) as { filename: string }
    const directory = path.join(session.workspace.path, 'run/session/jars')
    assert.equal(path.dirname(filename), directory)
    assert.deepEqual([statSync(directory).mode & 0o777, statSync(filename).mode & 0o777], [0o700, 0o600])
    const id = encodeURIComponent(path.basename(filename))
    assert.equal((await session.ask(`/jars/${id}`, 'DELETE')).text, '{}')
    const headers = { origin: 'http://elsewhere.example', 'content-type': 'multipart/form-data; boundary=x' }
    const others = await askWeb(`${session.url}/jars/upload`, { method: 'POST', headers }, {})
    assert.equal(others.status, 403)
  })
})

describe('A session with a token and TLS', LINUX, () => {
  it('runs what is sent by who has both, and nothing of anybody else', async () => {
    const session = await SessionUnderTest.create(
      {
        'security.ssl.rest.enabled': 'true',
        'security.ssl.rest.keystore': path.join(STORES, 'keystore.pem'),
        'security.ssl.rest.truststore': path.join(STORES, 'server.pem'),
        'rest.authentication.token-file': './token.txt',
        'execution.target': 'remote',
      },
      TOKEN,
    )
    const { workspace } = session
    try {
      const file = path.join(workspace.path, 'token.txt')
      writeFileSync(file, TOKEN)
      chmodSync(file, 0o600)
      const job = program(session)
      await session.start()
      const ran = await workspace.run('run', job, '--limit', '3')
      assert.equal(ran.exitCode, 0, ran.stderr)
      assert.match(ran.stdout, /\nProgram execution finished\n/)
      const listed = await workspace.run('list', '-a', '-m', `https://127.0.0.1:${session.port}`)
      assert.match(listed.stdout, / : sent \(FINISHED\)\n/)
      const untrusted = await workspace.run('list', '-D', `security.ssl.rest.truststore=${STORES}/truststore.pem`)
      assertFailed(untrusted, ['[SESSION_UNREACHABLE]: self-signed certificate', ': https://localhost:'])
      writeFileSync(file, 'another-token-of-this-test')
      assertFailed(await workspace.run('list'), ['A bearer token is needed'])
      assertFailed(await workspace.run('run', job), ['A bearer token is needed'])
      writeFileSync(file, TOKEN)
      await session.stop()
    } finally {
      session.remove()
    }
  })
})

describe('A command where no session answers', () => {
  it('runs the job on this machine where -m names it, and says so, and is refused where a session was wanted', async () => {
    const session = await SessionUnderTest.create()
    const { workspace } = session
    try {
      const job = program(session)
      const nobody = await freePort()
      const here = await workspace.run('run', '-m', `localhost:${nobody}`, job, '--limit', '2')
      assert.equal(here.exitCode, 0, here.stderr)
      assert.match(here.stdout, /^0!\n1!\n/m)
      assert.match(here.stderr, new RegExp(`No session answers at http://localhost:${nobody} \\(set by -m `))
      const listed = await workspace.run('list', '-a', '-m', `localhost:${nobody}`)
      assert.deepEqual([listed.exitCode, listed.stderr], [0, ''])
      assert.match(listed.stdout, / : sent \(FINISHED\)\n/)
      const wanted = await workspace.run('run', '-t', 'remote', '-D', `rest.port=${nobody}`, job)
      assertFailed(wanted, ['[SESSION_UNREACHABLE]: Connection refused: ', '(set by -t remote)'])
    } finally {
      session.remove()
    }
  })
})
