/** Jobs that were sent to a session and left there: found, measured, read and ended by other commands; with a token, and with no session. */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freePort } from '../free-port.js'
import { assertFailed } from '../refusals.js'
import { program, sentProgram } from './sent-program.js'
import { SessionUnderTest } from './session-under-test.js'

const STORES = path.resolve(import.meta.dirname, '../../../../test/fixtures/tls')
const TOKEN = 'a-token-of-this-test-and-no-other'
const LINUX = { skip: process.platform !== 'linux' }

describe('run -m -d', LINUX, () => {
  let session: SessionUnderTest
  let job: string
  let at: readonly string[]

  before(async () => {
    ;({ session, job, at } = await sentProgram())
  })

  after(() => session.end())

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
