import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SessionDirectory, type SessionEntry } from '../../../../src/cluster/session/session-directory.js'
import { startOfProcess } from '../../../../src/core/process/process-start.js'
import { SystemRandom } from '../../../../src/core/random/system-random.js'

let run: string
let directory: SessionDirectory

beforeEach(async () => {
  run = mkdtempSync(path.join(tmpdir(), 'session-directory-'))
  directory = new SessionDirectory(run, new SystemRandom())
  await directory.prepare()
})

afterEach(() => {
  rmSync(run, { recursive: true })
})

async function entryOf(pid: number): Promise<SessionEntry> {
  const processStart = await startOfProcess(pid)
  return { pid, processStart, web: 'http://127.0.0.1:1', logFile: '/log', startTime: 1, version: '1' }
}

describe('The directory of a session', () => {
  it('is had by one of many that begin at the same moment', async () => {
    const own = await entryOf(process.pid)
    const all = Array.from({ length: 10 }, () => new SessionDirectory(run, new SystemRandom()))
    const taken = await Promise.allSettled(all.map((each) => each.take(own)))
    assert.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1)
    const refused = taken.flatMap((each) => (each.status === 'rejected' ? [each.reason as { code: string }] : []))
    assert.deepEqual(new Set(refused.map(({ code }) => code)), new Set(['SESSION_ALREADY_RUNS']))
    assert.deepEqual(await directory.running(), own)
    assert.deepEqual(readdirSync(directory.path).toSorted(), ['jobs', 'session.json'])
  })

  it('is had again after its process has died, whose id another process may have by now', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    const dead = await entryOf(child.pid ?? 0)
    await directory.take(dead)
    assert.deepEqual(await directory.running(), dead)
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGKILL')
    })
    assert.equal(await directory.running(), undefined)
    await directory.take({ ...(await entryOf(process.pid)), processStart: 'another start' })
    assert.equal(await directory.running(), undefined, 'the process of this id is another one')
    const own = await entryOf(process.pid)
    await directory.take(own)
    assert.deepEqual(await directory.running(), own)
    await directory.leave()
    assert.equal(await directory.running(), undefined)
  })

  for (const text of ['', 'no JSON', '{}', '{"pid":-1}', '[]', 'null'])
    it(`is no session's where ${JSON.stringify(text)} stands in the place of one`, async () => {
      writeFileSync(path.join(directory.path, 'session.json'), text)
      assert.equal(await directory.running(), undefined)
      await directory.take(await entryOf(process.pid))
      assert.notEqual(await directory.running(), undefined)
    })

  it('says again which session it is of where a cleaner of temporary files has been there, and not where another has it', async () => {
    const own = await entryOf(process.pid)
    rmSync(directory.path, { recursive: true })
    await directory.keep(own)
    assert.deepEqual(await directory.running(), own)
    await directory.keep({ ...own, web: 'http://127.0.0.1:2' })
    assert.deepEqual(await directory.running(), own)
    assert.deepEqual(readdirSync(directory.path).toSorted(), ['jobs', 'session.json'])
  })

  it('tells which directory cannot be written to', async () => {
    rmSync(directory.path, { recursive: true })
    await assert.rejects(directory.take(await entryOf(process.pid)), {
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: /^The run directory .*\/session cannot be used: ENOENT/,
    })
    writeFileSync(directory.path, '')
    await assert.rejects(directory.prepare(), { code: 'RUN_DIRECTORY_UNUSABLE' })
  })

  it('keeps the jobs of a session, the oldest first, and nothing that is no job', async () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]
    await directory.record({ jobId: first, submittedAt: 2, jobFile: '/job.js', output: '/out' })
    await directory.record({ jobId: second, submittedAt: 1, jobFile: '/job.js' })
    mkdirSync(path.join(directory.path, 'jobs', `${'c'.repeat(32)}.json`))
    writeFileSync(path.join(directory.path, 'jobs', 'note.json'), '{}')
    assert.deepEqual(
      (await directory.records()).map(({ jobId }) => jobId),
      [second, first],
    )
    await directory.forget(second)
    assert.deepEqual(await directory.records(), [{ jobId: first, submittedAt: 2, jobFile: '/job.js', output: '/out' }])
  })

  it('knows of a job whose file was damaged that there is one', async () => {
    const jobIds = ['a', 'b', 'c'].map((digit) => digit.repeat(32))
    const [empty = '', half = '', other = ''] = jobIds
    for (const [jobId, text] of [
      [empty, ''],
      [half, '{"jobId":"'],
      [other, `{"jobId":"${half}"}`],
    ] as const) {
      writeFileSync(path.join(directory.path, 'jobs', `${jobId}.json`), text)
    }
    const records = await directory.records()
    assert.deepEqual(records.map(({ jobId }) => jobId).toSorted(), jobIds)
    assert.ok(records.every(({ submittedAt, output }) => Number.isInteger(submittedAt) && output === undefined))
  })

  it('is private to its user', async () => {
    await directory.take(await entryOf(process.pid))
    assert.equal(statSync(directory.path).mode & 0o777, 0o700)
    assert.equal(statSync(path.join(directory.path, 'session.json')).mode & 0o777, 0o600)
  })
})
