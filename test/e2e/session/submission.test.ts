/** Programs that are sent to a session: packed, uploaded, run there, awaited and ended from elsewhere. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { assertFailed } from '../refusals.js'
import { askWeb } from '../web-client.js'
import { sentProgram } from './sent-program.js'
import { jobIdIn, type SessionUnderTest } from './session-under-test.js'

const WITHOUT_RESTART = ['-D', 'restart-strategy.type=none']

const LINUX = { skip: process.platform !== 'linux' }

describe('run -m', LINUX, () => {
  let session: SessionUnderTest
  let job: string
  let at: readonly string[]

  before(async () => {
    ;({ session, job, at } = await sentProgram())
  })

  after(() => session.end())

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

  it('says what it waits for when main goes on after its job', async () => {
    const end = path.join(session.workspace.path, 'end.txt')
    const run = session.workspace.start('run', ...at, job, '--limit', '1', '--hold', end)
    await run.untilError(
      /^Waiting for the program to end: its job has finished, and main goes on\. Ctrl-C gives up\.$/m,
    )
    writeFileSync(end, '')
    const { exitCode, stdout } = await run.ended
    assert.deepEqual([exitCode, /\nProgram execution finished\n/.test(stdout)], [0, true])
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
    await session.ask(`/jobs/${leftId}?mode=cancel`, 'PATCH')
  })

  it('leaves no job and no process in the session when it is interrupted before main has come to it', async () => {
    const known = (await session.jobs()).map(({ jid }) => jid)
    const began = path.join(session.workspace.path, 'began.txt')
    const never = path.join(session.workspace.path, 'gate.txt')
    const run = session.workspace.start('run', ...at, job, '--out', began, '--gate', never)
    await session.until('main has begun', () => existsSync(began))
    run.kill('SIGINT')
    assert.deepEqual({ ...(await run.ended), stderr: '' }, { exitCode: 130, stdout: '', stderr: '' })
    await session.until('nothing of it is left', () => session.processes().length === 1)
    assert.deepEqual(
      (await session.jobs()).map(({ jid }) => jid),
      known,
    )
    assert.deepEqual([session.programs(), session.jobProcesses()], [[], []])
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
