import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import type { JobProcessProbe } from '../../../src/client/job-liveness.js'
import type { JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'

const OWN_START = 'this boot:1'
const root = mkdtempSync(path.join(tmpdir(), 'run-directory-'))
let directory: string
let runs: RunDirectory
let count = 0
let warnings: string[]

beforeEach(async () => {
  count += 1
  directory = path.join(root, `run${String(count)}`)
  warnings = []
  runs = new RunDirectory(directory, () => 5000, { probe, warn: (text) => warnings.push(text) })
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

/** What a killed process leaves: a socket on which nobody listens any more. */
function listenAndDie(socket: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script])
  return Promise.resolve()
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

  it('says what to do with a file that lies where ended jobs are kept', async () => {
    const taken = path.join(root, 'taken')
    await mkdir(taken)
    const file = path.join(taken, 'archive')
    await writeFile(file, 'of the user')
    const message = new RegExp(`cannot be used: ${file}, where .* is no directory\\. Move it away or remove it\\.$`)
    const used = new RunDirectory(taken, () => 0)
    const overview = await overviewOf(B, 'FINISHED')
    for (const use of [() => used.prepare(), () => used.archivedJobs(), () => used.archive(overview)])
      await assert.rejects(use(), { code: 'RUN_DIRECTORY_UNUSABLE', message })
    assert.deepEqual(await readdir(taken), ['archive'])
  })

  it('does not take a directory that all users share from them', async () => {
    const shared = path.join(root, 'shared')
    await mkdir(shared)
    await chmod(shared, 0o1777)
    await assert.rejects(new RunDirectory(shared, () => 0).prepare(), {
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: /all users may make files in it/,
    })
    assert.equal(await modeOf(shared), '777')
    assert.deepEqual(await readdir(shared), [])
  })

  it('is made private again where all users could write to it', async () => {
    const open = path.join(root, `open${String(count)}`)
    await mkdir(open)
    await chmod(open, 0o777)
    await new RunDirectory(open, () => 0).prepare()
    assert.equal(await modeOf(open), '700')
  })

  it('of another user is refused, and left as it is', { skip: process.getuid?.() !== 0 }, async () => {
    const others = path.join(root, `others${String(count)}`)
    await mkdir(others, { mode: 0o755 })
    await chown(others, 12345, 12345)
    await assert.rejects(new RunDirectory(others, () => 0).prepare(), {
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: /it belongs to another user \(12345\)\. Set cluster\.run-directory to a directory of yours\.$/,
    })
    assert.equal(await modeOf(others), '755')
    assert.deepEqual(await readdir(others), [])
  })

  it('believes no entry that another user has put there', { skip: process.getuid?.() !== 0 }, async () => {
    await runs.register(entry(A))
    await runs.register(entry(B))
    await chown(path.join(directory, `${B}.json`), 12345, 12345)
    assert.deepEqual(
      (await runs.livingJobs()).map(({ jobId }) => jobId),
      [A],
    )
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /b{32}\.json is passed over: it belongs to another user \(12345\)\./)
  })

  it('keeps where a job is reached over TCP, and believes no address that is none', async () => {
    await runs.register(entry(A, { web: 'http://[::1]:8081' }))
    await runs.register(entry(B, { web: 'http://127.0.0.1:8081@evil.example/' }))
    assert.deepEqual(
      (await runs.livingJobs()).map(({ web }) => web),
      ['http://[::1]:8081'],
    )
    assert.match(
      warnings[0] ?? '',
      /b{32}\.json is passed over: a field of it is missing or has a value that no job writes/,
    )
  })

  it('says which directory cannot be used and why', async () => {
    const file = path.join(root, `file${String(count)}`)
    await writeFile(file, '')
    await assert.rejects(new RunDirectory(path.join(file, 'run'), () => 0).prepare(), (error: Error) => {
      assert.match(error.message, /a file of that name is in the way/)
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

  it('cleans up after a dead process: socket and entry go, the job is archived as FAILED', async () => {
    const dead = entry(A, { pid: DEAD_PID })
    await listenAndDie(dead.socket)
    await runs.register(dead)
    assert.deepEqual(await runs.livingJobs(), [])
    assert.deepEqual(await readdir(directory), ['archive'])
    const [overview] = await runs.archivedJobs()
    assert.deepEqual([overview?.jid, overview?.state, overview?.['end-time']], [A, 'FAILED', 5000])
    assert.equal(overview?.duration, 4000)
  })

  it('keeps every job of a process that has several at one socket', async () => {
    await runs.register(entry(A))
    await runs.register(entry(B, { socket: entry(A).socket }))
    assert.deepEqual(
      (await runs.livingJobs()).map(({ socket }) => socket),
      [entry(A).socket, entry(A).socket],
    )
  })

  it('passes over what no job wrote, says so once, and leaves it there', async () => {
    const outside = path.join(root, 'outside')
    await writeFile(outside, JSON.stringify(entry(B)))
    const bad: Record<string, (file: string) => Promise<unknown>> = {
      directory: (file) => mkdir(file),
      link: (file) => symlink(outside, file),
      loop: (file) => symlink(file, file),
      pipe: (file) => Promise.resolve(spawnSync('mkfifo', [file])),
      huge: (file) => writeFile(file, Buffer.alloc(1 << 21, ' ')),
      socket: (file) => listenAndDie(file),
    }
    const texts = ['', '{', '{"jobId":', '[]', 'null', '"x"', '{}', JSON.stringify(entry(B))]
    for (const text of texts) bad[`text ${text}`] = (file) => writeFile(file, text)
    for (const place of [directory, path.join(directory, 'archive')]) {
      for (const [index, make] of Object.values(bad).entries()) {
        await make(path.join(place, `${String(index).padStart(32, '0')}.json`))
      }
    }
    await writeFile(path.join(directory, 'notes.json'), JSON.stringify(entry(B)))
    await runs.register(entry(A))
    const before = await readdir(directory, { recursive: true })
    for (let round = 0; round < 2; round += 1) {
      assert.deepEqual(await runs.livingJobs(), [entry(A)])
      assert.deepEqual(await runs.archivedJobs(), [])
    }
    assert.deepEqual(await readdir(directory, { recursive: true }), before)
    assert.equal(warnings.length, 2 * Object.keys(bad).length, warnings.join('\n'))
    for (const [index, kind] of Object.keys(bad).entries()) {
      const file = `${String(index).padStart(32, '0')}.json`
      assert.equal(warnings.filter((warning) => warning.includes(file)).length, 2, kind)
    }
  })

  it('believes no entry of another job, with a pid of no process or with a time of no date', async () => {
    const isBelieved = async (overrides: Record<string, unknown>): Promise<boolean> => {
      await writeFile(path.join(directory, `${A}.json`), JSON.stringify({ ...entry(A), ...overrides }))
      return (await runs.find(A)) !== undefined
    }
    assert.equal(await isBelieved({}), true)
    for (const pid of [0, -1, 1.5, 1e300, null]) assert.equal(await isBelieved({ pid }), false, String(pid))
    for (const jobId of ['', '../../etc/passwd', B, null])
      assert.equal(await isBelieved({ jobId }), false, String(jobId))
    for (const startTime of [1e300, '1', null]) assert.equal(await isBelieved({ startTime }), false, String(startTime))
  })

  it('finds no job by an id that is a path', async () => {
    await writeFile(path.join(root, 'x.json'), JSON.stringify(entry(A)))
    assert.equal(await runs.find('../x'), undefined)
    assert.equal(await runs.isJobRunning('../x'), false)
  })

  it('removes nothing outside of it and nothing but sockets, whatever the entry of a dead process says', async () => {
    const outside = path.join(root, `outside${String(count)}`)
    await mkdir(outside)
    const inside = path.join(directory, `${B}.sock`)
    await writeFile(inside, 'of the user')
    const named = path.join(outside, `${B}.sock`)
    await listenAndDie(named)
    for (const socket of [named, inside, path.join(outside, 'file'), outside, directory]) {
      await runs.register(entry(A, { pid: DEAD_PID, socket }))
      assert.deepEqual(await runs.livingJobs(), [], socket)
    }
    assert.equal((await stat(named)).isSocket(), true)
    assert.equal(await readFile(inside, 'utf8'), 'of the user')
  })

  it('finds the socket of a job that sees the directory under another path', async () => {
    await runs.register(entry(A, { socket: `/somewhere/else/${A}.sock` }))
    assert.equal((await runs.find(A))?.socket, path.join(directory, `${A}.sock`))
  })

  it('shows the living job also where the dead ones cannot be cleaned up', async () => {
    await runs.register(entry(A))
    await runs.register(entry(B, { pid: DEAD_PID }))
    await rm(path.join(directory, 'archive'), { recursive: true })
    await writeFile(path.join(directory, 'archive'), 'in the way')
    assert.deepEqual(await runs.livingJobs(), [entry(A)])
    assert.deepEqual(warnings.length, 1, warnings.join('\n'))
  })

  it('does not archive a job as FAILED that ended properly while it was looked at', async () => {
    const finished = await overviewOf(A, 'FINISHED')
    await runs.register(entry(A))
    const looking = new RunDirectory(directory, () => 5000, {
      probe: {
        // The job takes its entry away, then its socket.
        connect: async () => {
          await runs.archive(finished)
          return 'gone'
        },
        startOf: () => Promise.resolve(undefined),
      },
    })
    assert.deepEqual(await looking.livingJobs(), [])
    assert.deepEqual(await runs.archivedJobs(), [finished])
  })

  it('knows that a job runs by its socket when its entry was lost', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path.join(directory, `${A}.sock`), resolve))
    try {
      const asked = new RunDirectory(directory, () => 0)
      assert.equal(await asked.isJobRunning(A), true)
      assert.equal(await asked.isJobRunning(B), false)
      await writeFile(path.join(directory, `${A}.json`), '')
      assert.equal(await asked.isJobRunning(A), true)
    } finally {
      server.close()
    }
  })

  it('leaves no temporary file', async () => {
    await Promise.all([1, 2, 3, 4].map((startTime) => runs.register(entry(A, { startTime }))))
    assert.deepEqual((await readdir(directory)).sort(), [`${A}.json`, 'archive'])
    assert.notEqual(await runs.find(A), undefined)
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

  it('is not put where another user could reach it', async (context) => {
    const temporary = path.join(root, 'tmp')
    await mkdir(temporary)
    const saved = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary
    context.after(() => {
      if (saved === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = saved
    })
    const aside = path.join(temporary, `flink-ts-${String(process.getuid?.())}`)
    const deep = new RunDirectory(path.join(root, 'y'.repeat(100)), () => 0)
    const elsewhere = path.join(root, 'elsewhere')
    await mkdir(elsewhere, { mode: 0o755 })
    const refused = async (reason: RegExp): Promise<void> => {
      await assert.rejects(deep.socketPathFor(A), (error: Error) => {
        assert.match(error.message, reason)
        assert.ok(error.message.includes(aside), error.message)
        return true
      })
      await rm(aside, { recursive: true })
    }
    await symlink(elsewhere, aside)
    await refused(/is no directory/)
    assert.equal(await modeOf(elsewhere), '755')
    await writeFile(aside, '')
    await refused(/is no directory/)
    await mkdir(aside)
    await chmod(aside, 0o770)
    await refused(/is open to other users/)
    if (process.getuid?.() === 0) {
      await mkdir(aside, { mode: 0o700 })
      await chown(aside, 12345, 12345)
      await refused(/belongs to another user \(12345\)/)
    }
    assert.equal(path.dirname(await deep.socketPathFor(A)), aside)
    assert.equal(await modeOf(aside), '700')
    assert.equal(path.dirname(await deep.socketPathFor(B)), aside)
  })

  it('has no place when its path would be too long in the temporary directory, too', async (context) => {
    const deep = path.join(directory, 'x'.repeat(100))
    const saved = process.env['TMPDIR']
    process.env['TMPDIR'] = deep
    context.after(() => {
      if (saved === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = saved
    })
    await assert.rejects(new RunDirectory(deep, () => 0).socketPathFor(A), {
      code: 'RUN_DIRECTORY_UNUSABLE',
      message: /would be too long, and so would .*Set cluster\.run-directory/,
    })
  })

  it('counts bytes, not characters', async () => {
    const deep = path.join('/', 'ä'.repeat(40))
    const socket = await new RunDirectory(deep, () => 0).socketPathFor(A)
    assert.ok(!socket.startsWith(deep))
  })
})
