/** What `conf/Dockerfile` and `conf/flink-ts.service` do with a session: start it in front, ask whether it is well, end it by a signal. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { REPOSITORY, userEnvironment } from '../command-line.js'
import { SessionUnderTest } from './session-under-test.js'

const TOKEN = 'a-token-of-sixteen-or-more'

const JOB = `
export default function (env) {
  env.enableCheckpointing(100)
  env.fromSequence(1, 1_000_000).map((value) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return value
  }).addSink(() => undefined)
}
`

/** The command of the image, at another port and with another token. */
function healthCheck(session: SessionUnderTest, tokenFile: string): Promise<unknown> {
  const dockerfile = readFileSync(path.join(REPOSITORY, 'conf/Dockerfile'), 'utf8')
  const [, line = '[]'] = /^HEALTHCHECK [^\n]*\\\n\s+CMD (\[.*\])$/m.exec(dockerfile) ?? []
  const [program = '', ...args] = JSON.parse(line) as string[]
  assert.equal(program, 'node')
  const own = args.map((arg) => arg.replace('8081', session.port).replace('/etc/flink-ts/token', tokenFile))
  const child = spawn(process.execPath, own, { env: userEnvironment(), stdio: 'ignore' })
  return once(child, 'exit').then(([code]: unknown[]) => code)
}

it(
  'a session in front is well when it answers, suspends its jobs on SIGTERM, and goes on with them at its next start',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const tokenFile = path.join(mkdtempSync(path.join(tmpdir(), 'flink-ts-service-')), 'token')
    const session = await SessionUnderTest.create(
      { 'rest.authentication.token-file': tokenFile, 'execution.checkpointing.dir': 'checkpoints' },
      TOKEN,
    )
    context.after(() => {
      session.remove()
      rmSync(path.dirname(tokenFile), { recursive: true })
    })
    writeFileSync(tokenFile, TOKEN, { mode: 0o600 })
    const start = async (): Promise<ReturnType<typeof session.workspace.start>> => {
      const command = session.workspace.start('start-cluster', '--foreground')
      await command.until(/^Web interface\/REST: http:/m)
      return command
    }
    assert.equal(await healthCheck(session, tokenFile), 1, 'nobody is there yet')
    const first = await start()
    assert.equal(await healthCheck(session, tokenFile), 0)
    writeFileSync(`${tokenFile}.other`, `${TOKEN}-of-somebody-else`)
    assert.equal(await healthCheck(session, `${tokenFile}.other`), 1, 'whoever has not the token is told nothing')
    const jobId = await session.submit(session.workspace.file('job.mjs', JOB))
    const checkpoints = path.join(session.workspace.path, 'checkpoints', jobId)
    const newest = (): number => {
      const names = existsSync(checkpoints) ? readdirSync(checkpoints) : []
      return Math.max(0, ...names.map((name) => Number(/^chk-(\d+)$/.exec(name)?.[1] ?? 0)))
    }
    await session.until('a checkpoint', () => session.jobProcesses().length === 1 && newest() > 0)
    first.kill('SIGTERM')
    assert.deepEqual((await first.ended).exitCode, 0)
    assert.deepEqual(session.leftovers(), [])
    assert.equal(await healthCheck(session, tokenFile), 1)
    const left = newest()
    assert.ok(left > 0, 'it left a checkpoint')
    const second = await start()
    await session.untilJobs('the job runs again', (jobs) =>
      jobs.some(({ jid, state }) => jid === jobId && state === 'RUNNING'),
    )
    await session.until('it takes checkpoints again', () => newest() > left)
    second.kill('SIGTERM')
    assert.equal((await second.ended).exitCode, 0)
    assert.deepEqual(session.leftovers(), [])
  },
)
