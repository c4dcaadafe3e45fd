import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import type { JobProcessProbe } from '../../../src/client/job-liveness.js'
import { parseJobDirectoryEntry, type JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'

const OWN_START = 'this boot:1'
const root = mkdtempSync(path.join(tmpdir(), 'run-directory-'))
let directory: string
let runs: RunDirectory
let count = 0

beforeEach(async () => {
  count += 1
  directory = path.join(root, `run${String(count)}`)
  runs = new RunDirectory(directory, () => 5000, { probe })
  await runs.prepare()
})

after(() => {
  rmSync(root, { recursive: true, force: true })
})

const A = 'a'.repeat(32)
const B = 'b'.repeat(32)

function entry(jobId: string, overrides: Partial<JobDirectoryEntry> = {}): JobDirectoryEntry {
  const socket = path.join(directory, `${jobId}.sock`)
  return {
    jobId,
    pid: process.pid,
    processStart: OWN_START,
    name: 'job',
    startTime: 1000,
    version: '1',
    socket,
    ...overrides,
  }
}

/** No process has it. */
const DEAD_PID = 4_194_303

/** Sockets are gone; the only process there is is this one. */
const probe: JobProcessProbe = {
  connect: () => Promise.resolve('gone'),
  startOf: (pid) => Promise.resolve(pid === process.pid ? OWN_START : undefined),
}

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8)
}

async function overviewOf(jobId: string, state: string, endTime = 9): Promise<Parameters<RunDirectory['archive']>[0]> {
  await runs.register(entry(jobId, { pid: DEAD_PID }))
  await runs.livingJobs()
  const overview = (await runs.archivedJobs()).find(({ jid }) => jid === jobId)
  assert.ok(overview)
  return { ...overview, state, 'end-time': endTime }
}

describe('The run directory', () => {
  it('is private to its user, and so are its files', async () => {
    await runs.register(entry(A))
    await runs.archive(await overviewOf(B, 'FINISHED'))
    assert.equal(await modeOf(directory), '700')
    assert.equal(await modeOf(path.join(directory, 'archive')), '700')
    assert.equal(await modeOf(path.join(directory, `${A}.json`)), '600')
    assert.equal(await modeOf(path.join(directory, 'archive', `${B}.json`)), '600')
  })

  it('is made private again when it was not', async () => {
    const open = path.join(root, 'open')
    await mkdir(open, { mode: 0o755 })
    await new RunDirectory(open, () => 0).prepare()
    assert.equal(await modeOf(open), '700')
  })

  it('says which directory cannot be used and why', async () => {
    const file = path.join(root, `file${String(count)}`)
    await writeFile(file, '')
    await assert.rejects(new RunDirectory(path.join(file, 'run'), () => 0).prepare(), (error: Error) => {
      assert.match(error.message, /ENOTDIR/)
      assert.ok(error.message.includes(file))
      return true
    })
  })

  it('finds living jobs, and nothing before there are any', async () => {
    assert.deepEqual(await new RunDirectory(path.join(root, 'never made'), () => 0).livingJobs(), [])
    await runs.register(entry(A))
    assert.deepEqual(await runs.livingJobs(), [entry(A)])
    assert.deepEqual(await runs.find(A), entry(A))
    assert.equal(await runs.find(B), undefined)
  })

  it('cleans up behind a dead process: socket and entry go, the job is archived as FAILED', async () => {
    const dead = entry(A, { pid: DEAD_PID })
    await writeFile(dead.socket, '')
    await runs.register(dead)
    assert.deepEqual(await runs.livingJobs(), [])
    assert.deepEqual(await readdir(directory), ['archive'])
    const [overview] = await runs.archivedJobs()
    assert.deepEqual([overview?.jid, overview?.state, overview?.['end-time']], [A, 'FAILED', 5000])
    assert.equal(overview?.duration, 4000)
  })

  it('leaves the socket of a job alone that shares it with a living process', async () => {
    await runs.register(entry(A))
    await runs.register(entry(B, { pid: DEAD_PID, socket: path.join(directory, 'other.sock') }))
    await writeFile(entry(A).socket, '')
    assert.deepEqual(await runs.livingJobs(), [entry(A)])
    assert.deepEqual((await readdir(directory)).sort(), [`${A}.json`, `${A}.sock`, 'archive'])
  })

  it('overlooks entries that are half-written, foreign or nonsense', async () => {
    const texts = ['', '{', '{"jobId":', '[]', 'null', '"x"', '{}', JSON.stringify({ ...entry(B), pid: 'x' })]
    for (const [index, text] of texts.entries()) {
      await writeFile(path.join(directory, `${String(index).padStart(32, '0')}.json`), text)
    }
    await writeFile(path.join(directory, 'notes.json'), JSON.stringify(entry(B)))
    await runs.register(entry(A))
    assert.deepEqual(await runs.livingJobs(), [entry(A)])
  })

  it('believes no entry that names a group of processes or a path instead of a job id', () => {
    const isBelieved = (overrides: Record<string, unknown>): boolean =>
      parseJobDirectoryEntry(JSON.stringify({ ...entry(A), ...overrides })) !== undefined
    assert.equal(isBelieved({}), true)
    for (const pid of [0, -1, 1.5, 1e300, null]) assert.equal(isBelieved({ pid }), false, String(pid))
    for (const jobId of ['', '../../etc/passwd', 'A'.repeat(32), `${A}0`]) assert.equal(isBelieved({ jobId }), false)
  })

  it('overlooks what goes away while it looks', async () => {
    await runs.register(entry(A))
    await symlink(path.join(root, 'gone'), path.join(directory, `${B}.json`))
    assert.deepEqual(await runs.livingJobs(), [entry(A)])
  })

  it('leaves no temporary file', async () => {
    await Promise.all([1, 2, 3, 4].map((startTime) => runs.register(entry(A, { startTime }))))
    assert.deepEqual((await readdir(directory)).sort(), [`${A}.json`, 'archive'])
    assert.notEqual(parseJobDirectoryEntry(await readFile(path.join(directory, `${A}.json`), 'utf8')), undefined)
  })

  it('moves a job that ended into the archive', async () => {
    const overview = await overviewOf(A, 'FINISHED')
    await runs.register(entry(A))
    await runs.archive(overview)
    assert.deepEqual(await runs.livingJobs(), [])
    assert.deepEqual(await runs.archivedJobs(), [overview])
  })

  it('keeps the hundred jobs that ended last', async () => {
    const sample = await overviewOf(A, 'FINISHED')
    const overview = (index: number) => {
      return { ...sample, jid: index.toString(16).padStart(32, '0'), 'end-time': 1000 + index }
    }
    for (let index = 0; index < 100; index += 1) {
      const { jid } = overview(index)
      await writeFile(path.join(directory, 'archive', `${jid}.json`), JSON.stringify(overview(index)))
    }
    await runs.archive(overview(100))
    const ends = (await runs.archivedJobs()).map((overview) => overview['end-time'])
    assert.equal(ends.length, 100)
    // 0 to 100 and A, which ended at 5000: the two that ended first are gone.
    assert.deepEqual([Math.min(...ends), Math.max(...ends)], [1002, 5000])
  })

  it('overlooks half-written files in the archive', async () => {
    await writeFile(path.join(directory, 'archive', `${A}.json`), '{"jid":"a')
    await writeFile(path.join(directory, 'archive', `${B}.json`), 'null')
    assert.deepEqual(await runs.archivedJobs(), [])
  })
})

describe('The socket of a job', { skip: process.platform === 'win32' }, () => {
  it('lies in the run directory while the system can name it there', async () => {
    assert.equal(await runs.socketPathFor(A), path.join(directory, `${A}.sock`))
  })

  it('lies in a private temporary directory when its path would be too long', async () => {
    const deep = path.join(directory, 'x'.repeat(100))
    const socket = await new RunDirectory(deep, () => 0).socketPathFor(A)
    assert.ok(Buffer.byteLength(socket) <= 103, socket)
    assert.ok(!socket.startsWith(deep))
    assert.equal(await modeOf(path.dirname(socket)), '700')
  })

  it('counts bytes, not characters', async () => {
    const deep = path.join('/', 'ä'.repeat(40))
    const socket = await new RunDirectory(deep, () => 0).socketPathFor(A)
    assert.ok(!socket.startsWith(deep))
  })
})
