/** `run --web`: a job is reached over TCP by those who may, and only where that was asked for. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { Workspace } from './command-line.js'
import { freePort } from './free-port.js'
import { expectedLines, filesAtRest, NumbersWorkspace, printedLines, until } from './numbers-job.js'
import { assertFailed } from './refusals.js'
import { askWeb, entryOf, filesWith, listeningPorts, webOf } from './web-client.js'

const STORES = path.resolve(import.meta.dirname, '../../../test/fixtures/tls')
const TOKEN = 'a-token-of-this-test-and-no-other'
const PASSWORD = 'store-password'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const IS_LINUX = process.platform === 'linux'

function options(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-D', `${key}=${value}`])
}

function tokenFile(workspace: Workspace): string {
  const file = workspace.file('secret/token.txt', `${TOKEN}\n`)
  chmodSync(file, 0o600)
  return file
}

/** Of a program that writes a file when main is called. */
function startedFile(workspace: NumbersWorkspace): { readonly job: string; readonly file: string } {
  const file = path.join(workspace.path, 'started')
  const text = readFileSync(workspace.job, 'utf8').replace(
    'export default function (env, params) {',
    `export default function (env, params) { writeFileSync(${JSON.stringify(file)}, '')`,
  )
  return { job: workspace.file('started.mjs', `import { writeFileSync } from 'node:fs'\n${text}`), file }
}

describe('run --web', { concurrency: 2 }, () => {
  it('serves the job from its beginning to its end, at the port of the line before that of the configuration', async () => {
    const workspace = new NumbersWorkspace({ 'rest.port': '1', 'rest.bind-port': '2-3' })
    const job = workspace.start('run', '--web', '0', workspace.job, '--limit', '400')
    const url = await webOf(job)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    const jobId = await job.jobId()
    assert.equal(entryOf(workspace).web, url)
    const run = path.join(workspace.path, 'run')
    const modes = ['', `${jobId}.sock`, `${jobId}.json`, 'archive'].map(
      (name) => statSync(path.join(run, name)).mode & 0o777,
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o600, 0o700])
    const { status, text } = await askWeb(`${url}/jobs/${jobId}/status`)
    assert.deepEqual([status, JSON.parse(text)], [200, { status: 'RUNNING' }])
    assert.equal((await askWeb(`${url}/v1/jobs/${jobId}/start`)).status, 404)
    if (IS_LINUX) assert.deepEqual(listeningPorts(job.pid), [Number(new URL(url).port)])
    const { exitCode, stdout, stderr } = await job.ended
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(printedLines(stdout), expectedLines(0, 400))
    assert.equal(stderr, `Web interface/REST: ${url}\n`, 'what only --web reads is not warned of')
    await assert.rejects(askWeb(url), /ECONNREFUSED/)
    workspace.remove()
  })

  it('cancels the job for whoever asks, and ends although clients keep connections or read nothing', async () => {
    const workspace = new NumbersWorkspace()
    const result = await workspace.run('run', '-d', '--web', '0', workspace.job)
    const [, url = ''] = /^Web interface\/REST: (\S+)$/m.exec(result.stderr) ?? []
    const { jobId, pid } = entryOf(workspace)
    const port = Number(new URL(url).port)
    const slow = ['', 'GET /jobs', `GET /jobs/${jobId} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(50)].map((text) => {
      const socket = createConnection(port, '127.0.0.1')
      socket.on('error', () => undefined).write(text)
      socket.pause()
      return socket
    })
    const { status } = await askWeb(`${url}/jobs/${jobId}?mode=cancel`, { method: 'PATCH' }, {})
    assert.equal(status, 202)
    await until('the process of the job has ended', () => !existsSync(`/proc/${String(pid)}`) || !IS_LINUX)
    await filesAtRest(workspace)
    for (const socket of slow) socket.destroy()
    const listed = await workspace.run('list', '-a')
    assert.match(listed.stdout, new RegExp(`${jobId} : .* \\(CANCELED\\)`))
    workspace.remove()
  })

  it('is what opens a port, and nothing else does', { skip: !IS_LINUX }, async () => {
    const workspace = new NumbersWorkspace({
      ...{ 'rest.port': '0', 'rest.bind-port': '0', 'rest.bind-address': '0.0.0.0', 'rest.address': 'localhost' },
      ...{ 'security.ssl.rest.enabled': 'true', 'security.ssl.rest.keystore': '/none' },
    })
    const { job } = await workspace.running()
    assert.deepEqual(listeningPorts(job.pid), [])
    assert.equal(entryOf(workspace).web, undefined)
    assert.match(
      job.stderr,
      /rest\.port has no effect \(set in .*\)\. No port is opened: only run --web and start-cluster do that/,
    )
    job.kill('SIGINT')
    await job.ended
    workspace.remove()
  })

  it('is refused before main where the port is taken, with who has it and what to do', async () => {
    const workspace = new NumbersWorkspace()
    const first = workspace.start('run', '--web', '0', workspace.job)
    const { port } = new URL(await webOf(first))
    const jobId = await first.jobId()
    const { job, file } = startedFile(workspace)
    const words = [
      `[REST_PORT_IN_USE]: The REST endpoint cannot listen at 127.0.0.1:${port}: job ${jobId} (process ${String(first.pid)})`,
      '--web <port>; 0 takes any that is free',
      'The job was not started.',
    ]
    assertFailed(await workspace.run('run', '--web', port, job), words)
    assertFailed(await workspace.run('run', '-d', `--web=${port}`, job), words)
    assert.equal(existsSync(file), false, 'main was called')
    const [low, high] = [Number(port), Number(port) + 20]
    const second = await workspace.run('run', '-d', '--web', `${String(low)}-${String(high)}`, job)
    assert.equal(second.exitCode, 0, second.stderr)
    assert.equal(existsSync(file), true)
    const [, other = ''] = /REST: http:\/\/127\.0\.0\.1:(\d+)$/m.exec(second.stderr) ?? []
    assert.ok(Number(other) > low && Number(other) <= high, second.stderr)
    for (const id of [jobId, /[0-9a-f]{32}/.exec(second.stdout)?.[0] ?? '']) await workspace.run('cancel', id)
    await filesAtRest(workspace)
    workspace.remove()
  })

  it('is refused off this machine without a token, with a token that others can read, and with a wrong port', async () => {
    const workspace = new NumbersWorkspace({ 'rest.bind-address': '0.0.0.0' })
    const { job, file } = startedFile(workspace)
    const run = (...more: string[]): Promise<Parameters<typeof assertFailed>[0]> =>
      workspace.run('run', '--web', '0', ...more, job)
    assertFailed(await run(), ['[REST_TOKEN_MISSING]', 'rest.authentication.token-file', 'openssl rand -hex 32'])
    const token = tokenFile(workspace)
    chmodSync(token, 0o644)
    const open = await run('-D', `rest.authentication.token-file=${token}`)
    assertFailed(open, ['[REST_TOKEN_FILE_INVALID]', token, 'its mode is 0644', 'has to be 0600'])
    assert.ok(!open.stderr.includes(TOKEN))
    assertFailed(await workspace.run('run', '--web', '70000', job), [
      "'70000' for key 'rest.bind-port'",
      '(set in --web)',
    ])
    assert.equal(existsSync(file), false)
    workspace.remove()
  })

  it('with a token and TLS shows neither them nor their files to anybody: not in logs, in the configuration or on the disk', async () => {
    const workspace = new NumbersWorkspace({
      ...{ 'high-availability.type': 'filesystem', 'high-availability.storageDir': 'recovery' },
      ...{ 'execution.checkpointing.interval': '100 ms', 'cluster.log.level': 'debug' },
      ...{ 'security.ssl.rest.enabled': 'true', 'security.ssl.rest.keystore': `${STORES}/keystore.p12` },
      ...{ 'rest.bind-address': '0.0.0.0', 'client.timeout': '2 s' },
    })
    const secrets = options({
      'rest.authentication.token-file': tokenFile(workspace),
      'security.ssl.rest.keystore-password': PASSWORD,
      'my.secret-key': 'a-secret-of-the-job',
    })
    const job = workspace.start('run', '--web', '0', ...secrets, workspace.job)
    const url = new URL(await webOf(job))
    const web = `https://localhost:${url.port}`
    const jobId = await job.jobId()
    const ca = readFileSync(path.join(STORES, 'server.pem'))
    const refused = await askWeb(`${web}/jobs/${jobId}/config`, { ca })
    assert.equal(refused.status, 401)
    const wrong = await askWeb(`${web}/nothing`, { ca, headers: { authorization: `Bearer ${TOKEN}x` } })
    assert.deepEqual([wrong.status, wrong.text], [401, refused.text])
    const config = await askWeb(`${web}/jobs/${jobId}/config`, { ca, headers: BEARER })
    assert.equal(config.status, 200)
    assert.match(config.text, /"my\.secret-key":"\*{6}"/)
    assert.ok(!/token|keystore|store-password|a-secret/.test(config.text), config.text)
    await until('it is stored for a recovery', () => existsSync(path.join(workspace.path, 'recovery')))
    job.kill('SIGKILL')
    await job.ended
    const inWorkspace = (text: string): string[] =>
      filesWith(workspace.path, text).filter((file) => !file.includes('/secret/') && !file.includes('/conf/'))
    for (const text of [TOKEN, PASSWORD, 'token.txt', 'keystore.p12']) {
      assert.deepEqual(inWorkspace(text), [])
      assert.ok(!`${job.stdout}${job.stderr}`.includes(text), text)
    }

    const again = workspace.start('run', '--recover', jobId, '--web', '0', ...secrets.slice(0, 4))
    const port = new URL(await webOf(again)).port
    assert.equal(await again.jobId(), jobId)
    const status = await askWeb(`https://localhost:${port}/jobs/${jobId}/status`, { ca, headers: BEARER })
    assert.equal(status.status, 200)
    again.kill('SIGINT')
    const { stderr } = await again.ended
    assert.ok(!stderr.includes(PASSWORD) && !stderr.includes(TOKEN), stderr)
    assert.doesNotMatch(stderr, /has no effect with --recover/)
    workspace.remove()
  })
})

describe('upgrade --web', () => {
  it('has the port of the job whose place it takes, and gives it back where it does not start', async () => {
    const workspace = new NumbersWorkspace({ 'state.savepoints.dir': 'savepoints' })
    const port = await freePort()
    const job = workspace.start('run', '--web', port, workspace.job)
    const url = await webOf(job)
    const jobId = await job.jobId()
    writeFileSync(path.join(workspace.path, 'new.mjs'), readFileSync(workspace.job))
    const broken = workspace.file(
      'broken.mjs',
      readFileSync(workspace.job, 'utf8').replace('open () {', "open () { throw new Error('no such table');"),
    )
    const back = await workspace.run('upgrade', '--closed', '--web', port, jobId, broken)
    assert.match(back.stderr, /\[UPGRADE_TAKEN_BACK\]/)
    const isServed = async (): Promise<string | undefined> => {
      for (let asked = 0; asked < 600; asked += 1) {
        const answer = await askWeb(`${url}/jobs/overview`).catch(() => undefined)
        const [, running] = /"jid":"([0-9a-f]{32})","name":"[^"]*","state":"RUNNING"/.exec(answer?.text ?? '') ?? []
        if (running !== undefined && running !== jobId) return running
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return undefined
    }
    const again = await isServed()
    assert.ok(again !== undefined, back.stderr)
    const upgraded = await workspace.run('upgrade', '-d', '--web', port, again, 'new.mjs')
    assert.equal(upgraded.exitCode, 0, upgraded.stderr)
    const [newest = ''] = /[0-9a-f]{32}$/m.exec(upgraded.stdout) ?? []
    await until('the new job has the port', () => entryOf(workspace).web === url)
    assert.match((await askWeb(`${url}/jobs/${newest}/status`)).text, /RUNNING/)
    const without = await workspace.run('upgrade', '-d', newest, 'new.mjs')
    assert.match(without.stderr, /is reached over TCP; without --web the new one is not\./)
    await workspace.run('cancel', /JobID ([0-9a-f]{32})$/m.exec(without.stdout)?.[1] ?? '')
    await filesAtRest(workspace)
    workspace.remove()
  })
})
