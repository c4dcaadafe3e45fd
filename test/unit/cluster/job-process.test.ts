/** How a job process ends when its surroundings fail: always, with what went wrong first, and with nothing left. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, promises, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createConnection, Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it, mock } from 'node:test'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { JobProcess, type JobProcessInput } from '../../../src/cluster/job-process.js'
import type { JobThreads } from '../../../src/cluster/job-threads.js'
import { TakeOver } from '../../../src/cluster/take-over.js'
import type { ProgramListener } from '../../../src/cluster/program-worker.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import type { JobOutcome } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import type { TaskManagerListener } from '../../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import { PlayedWorker } from '../runtime/jobmanager/jobmaster/job-master-harness.js'
import { sampleGraph } from '../runtime/jobmanager/sample-graphs.js'

const root = mkdtempSync(path.join(tmpdir(), 'job-process-'))
after(() => {
  rmSync(root, { recursive: true, force: true })
})

const full = new FlinkError('RUN_DIRECTORY_UNUSABLE', {
  path: '/run',
  reason: 'ENOSPC: no space left on device',
  advice: '',
})
const SUBMISSION = {
  jobGraph: sampleGraph([{ id: 'source' }]),
  graphIndex: 0,
  earlierAnswers: [],
  operatorsWithoutUid: [],
  sourcesAtMostOnce: [],
}

/** A job process whose threads are played: the program submits one job, or what the test says, and waits for its end. */
class Rig {
  readonly warnings: string[] = []
  readonly outcomes: JobOutcome[] = []
  readonly workers: PlayedWorker[] = []
  readonly process: JobProcess
  isTerminated = false
  submitted: () => void = () => undefined

  constructor(
    runDirectory: RunDirectory,
    program: (listener: ProgramListener) => Promise<void> = submitAndWait,
    input: Partial<JobProcessInput> = {},
  ) {
    const threads = {
      program: {
        run: (_: unknown, listener: ProgramListener) => program(listener),
        unlessFailed: (work: Promise<unknown>) => work,
        heardOfJobs: () => Promise.resolve(),
        terminate: () => {
          this.isTerminated = true
          return Promise.resolve()
        },
      },
      starter: {
        heapSizeMb: undefined,
        start: (index: number, listener: TaskManagerListener) => {
          const worker = new PlayedWorker(index, listener, new Set())
          this.workers.push(worker)
          return worker
        },
        close: () => Promise.resolve(),
      },
    } as unknown as JobThreads
    this.process = new JobProcess({
      program: { moduleUrl: 'file:///job.js', entry: undefined, args: [], configuration: {} },
      restore: { path: undefined, allowNonRestoredState: false },
      start: { jobFile: '/job.js', file: null, workingDirectory: '/' },
      threads,
      runDirectory,
      version: 'test',
      fileSystems: new FileSystems(),
      clock: new SystemClock(),
      random: new SeededRandom(1),
      logger: SILENT_LOGGER,
      listener: {
        jobSubmitted: () => {
          this.submitted()
        },
        jobEnded: (outcome) => this.outcomes.push(outcome),
        warning: (text) => this.warnings.push(text),
        note: (text) => this.warnings.push(text),
      },
      ...input,
    })
  }

  /** Lets the job finish as soon as it is there. */
  async runToItsEnd(): Promise<void> {
    this.submitted = () => {
      setImmediate(() => {
        for (const worker of this.workers) worker.reportAll('FINISHED')
      })
    }
    await this.process.run()
  }
}

async function submitAndWait(listener: ProgramListener): Promise<void> {
  const jobId = await listener.submit(SUBMISSION)
  await listener.request(jobId, { kind: 'await-result' })
}

function freshDirectory(name: string): string {
  return mkdtempSync(path.join(root, name))
}

class FullForEntries extends RunDirectory {
  override register(): Promise<void> {
    return Promise.reject(full)
  }
}

class FullForArchives extends RunDirectory {
  override archive(): Promise<void> {
    return Promise.reject(full)
  }
}

/** Where no socket can be made: the kernel says why. */
class NowhereForSockets extends RunDirectory {
  override socketPathFor(jobId: string): Promise<string> {
    return Promise.resolve(path.join(this.path, 'missing', jobId))
  }
}

class NoPathForSockets extends RunDirectory {
  override socketPathFor(): Promise<string> {
    return Promise.reject(full)
  }
}

type FileCall = (file: string, ...rest: unknown[]) => Promise<unknown>
const FILE_CALLS = ['chmod', 'mkdir', 'readFile', 'readdir', 'rename', 'rm', 'stat', 'writeFile'] as const

/** Lets one call of the disk below that directory fail, the `failing`th; returns what it was, once there was one. */
async function withFailingDisk(directory: string, failing: number, use: () => Promise<void>): Promise<string> {
  let calls = 0
  let failed = ''
  const fails = (call: string, file: unknown): Error | undefined => {
    if (!String(file).startsWith(directory)) return undefined
    calls += 1
    if (calls !== failing) return undefined
    failed = `${call} ${path.basename(String(file)).replace(/[0-9a-f]{12,}/g, '#')}`
    return Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), { code: 'ENOSPC' })
  }
  const disk = promises as unknown as Record<string, FileCall>
  for (const name of FILE_CALLS) {
    const real = promises[name] as unknown as FileCall
    mock.method(disk, name, (file: string, ...rest: unknown[]) => {
      const error = fails(name, file)
      return error === undefined ? real(file, ...rest) : Promise.reject(error)
    })
  }
  const listen = Server.prototype.listen as unknown as (this: Server, ...args: unknown[]) => Server
  mock.method(Server.prototype, 'listen', function (this: Server, ...args: unknown[]) {
    const error = fails('listen', args[0])
    if (error === undefined) return listen.apply(this, args)
    process.nextTick(() => this.emit('error', error))
    return this
  })
  syncBuiltinESMExports()
  try {
    await use()
  } finally {
    mock.restoreAll()
    syncBuiltinESMExports()
  }
  return failed
}

describe('A job process', () => {
  it(
    'ends whichever call of its disk fails: refused before the job runs, a warning after it',
    { timeout: 60_000 },
    async () => {
      const failures: string[] = []
      for (let failing = 1; ; failing += 1) {
        const directory = path.join(freshDirectory('sweep'), 'run')
        const rig = new Rig(new RunDirectory(directory, Date.now))
        const failed = await withFailingDisk(directory, failing, async () => {
          const end = await Promise.allSettled([rig.runToItsEnd()])
          const [{ status }] = end
          const isFinished = rig.outcomes.some((outcome) => outcome.status === 'FINISHED')
          assert.equal(status, isFinished ? 'fulfilled' : 'rejected')
          if (!isFinished) assert.match(String((end[0] as PromiseRejectedResult).reason), /ENOSPC/)
        })
        if (failed === '') break
        failures.push(failed)
        assert.ok(rig.isTerminated, failed)
        const left = existsSync(directory) ? readdirSync(directory).filter((file) => file !== 'archive') : []
        assert.deepEqual(left, failed === 'rm #.json' ? left : [], failed)
        if (rig.outcomes.some((outcome) => outcome.status === 'FINISHED')) assert.equal(rig.warnings.length, 1, failed)
      }
      for (const call of ['mkdir run', 'listen #.sock', 'chmod #.sock', 'writeFile #.json.#.tmp', 'rm #.json'])
        assert.ok(failures.includes(call), `${call} is not among ${failures.join(', ')}`)
    },
  )

  const refusing = [
    ['has no room for the entry of a job', FullForEntries],
    ['has no place for the socket', NowhereForSockets],
    ['has no path for the socket', NoPathForSockets],
  ] as const
  for (const [why, Directory] of refusing) {
    it(`whose run directory ${why} says so and ends with its threads`, { timeout: 20_000 }, async () => {
      const directory = freshDirectory('refusing')
      const rig = new Rig(new Directory(directory, Date.now))
      await assert.rejects(rig.process.run(), { code: 'RUN_DIRECTORY_UNUSABLE' })
      assert.ok(rig.isTerminated)
      assert.deepEqual(rig.workers, [], 'no task has begun')
      assert.deepEqual(
        rig.outcomes.map(({ status }) => status),
        ['FAILED'],
      )
      assert.deepEqual(readdirSync(directory), ['archive'])
      assert.deepEqual(rig.warnings, [])
    })
  }

  it('whose run directory cannot be made says so and ends', { timeout: 20_000 }, async () => {
    const file = path.join(freshDirectory('file'), 'file')
    writeFileSync(file, '')
    const rig = new Rig(new RunDirectory(file, Date.now))
    await assert.rejects(rig.process.run(), { code: 'RUN_DIRECTORY_UNUSABLE' })
    assert.ok(rig.isTerminated)
  })

  it('that was cancelled while its run directory refused it ends', { timeout: 20_000 }, async () => {
    class Cancelling extends RunDirectory {
      override register(): Promise<void> {
        rig.process.cancel()
        return Promise.reject(full)
      }
    }
    const rig = new Rig(new Cancelling(freshDirectory('cancelled'), Date.now))
    await assert.rejects(rig.process.run(), { code: 'RUN_DIRECTORY_UNUSABLE' })
    assert.ok(rig.isTerminated)
  })

  it('lets the program try again when the run directory takes the job later', { timeout: 20_000 }, async () => {
    class TakesTheSecond extends RunDirectory {
      #count = 0
      override socketPathFor(jobId: string): Promise<string> {
        this.#count += 1
        return this.#count === 1 ? Promise.reject(full) : super.socketPathFor(jobId)
      }
    }
    const twice = async (listener: ProgramListener): Promise<void> => {
      await assert.rejects(listener.submit(SUBMISSION), { code: 'RUN_DIRECTORY_UNUSABLE' })
      await submitAndWait(listener)
    }
    const directory = freshDirectory('again')
    const rig = new Rig(new TakesTheSecond(directory, Date.now), twice)
    await rig.runToItsEnd()
    assert.deepEqual(rig.outcomes.map(({ status }) => status).sort(), ['FAILED', 'FINISHED'])
    assert.deepEqual(readdirSync(directory), ['archive'])
  })

  it('warns once of each option without effect, however many of its jobs set it', { timeout: 20_000 }, async () => {
    const twice = async (listener: ProgramListener): Promise<void> => {
      for (const configuration of [{ 'rest.port': '8081' }, { 'rest.port': '0', 'parallelism.default': '1' }]) {
        const jobGraph = { ...SUBMISSION.jobGraph, configuration }
        const jobId = await listener.submit({ ...SUBMISSION, jobGraph })
        await listener.request(jobId, { kind: 'await-result' })
      }
    }
    const rig = new Rig(new RunDirectory(freshDirectory('options'), Date.now), twice)
    await rig.runToItsEnd()
    assert.equal(rig.outcomes.length, 2)
    assert.match(rig.warnings.join('\n'), /^rest\.port has no effect \(set in .+\)\. No port is opened.+$/)
  })

  it('keeps the outcome of a job whose last state cannot be kept, with one warning', { timeout: 20_000 }, async () => {
    const directory = freshDirectory('archive')
    const rig = new Rig(new FullForArchives(directory, Date.now))
    await rig.runToItsEnd()
    assert.deepEqual(
      rig.outcomes.map(({ status }) => status),
      ['FINISHED'],
    )
    assert.equal(rig.warnings.length, 1)
    assert.match(rig.warnings[0] ?? '', /the job has.*ENOSPC/)
    assert.ok(!readdirSync(directory).some((file) => file.endsWith('.sock')), 'its socket has gone')
  })

  it(
    'takes the job out of the living ones although its last state cannot be written',
    { timeout: 20_000 },
    async () => {
      const directory = freshDirectory('entry')
      const rig = new Rig(new RunDirectory(directory, Date.now))
      const whole = rig.process.run()
      await new Promise<void>((resolve) => (rig.submitted = resolve))
      // A file where the archive was: nothing can be written into it, by root neither.
      rmSync(path.join(directory, 'archive'), { recursive: true })
      writeFileSync(path.join(directory, 'archive'), '')
      rig.process.cancel()
      await assert.rejects(whole, { code: 'JOB_CANCELED' })
      assert.deepEqual(readdirSync(directory), ['archive'])
      assert.match(rig.warnings.join('\n'), /archive, where the jobs that have ended are kept, is no directory/)
    },
  )

  it('waits for nobody who has begun a request', { timeout: 20_000 }, async () => {
    const directory = freshDirectory('halfopen')
    const rig = new Rig(new RunDirectory(directory, Date.now))
    const whole = rig.process.run()
    await new Promise<void>((resolve) => (rig.submitted = resolve))
    const socket = readdirSync(directory).find((file) => file.endsWith('.sock')) ?? ''
    const half = createConnection(path.join(directory, socket))
    half.on('error', () => undefined)
    await new Promise<void>((resolve) => {
      half.write('GET /jobs HTTP/1.1\r\nhost: x', () => {
        resolve()
      })
    })
    rig.process.cancel()
    await assert.rejects(whole, { code: 'JOB_CANCELED' })
    assert.ok(!existsSync(path.join(directory, socket)))
    half.destroy()
  })

  it('keeps nothing of a recoverable job that does not begin', { timeout: 20_000 }, async () => {
    const disk = new InMemoryFileSystem()
    await disk.mkdirs('/ha/default')
    const writer = await disk.openForWrite('/job.js')
    await writer.close()
    const input = {
      program: {
        moduleUrl: 'file:///job.js',
        entry: undefined,
        args: [],
        configuration: { 'high-availability.storageDir': '/ha' },
      },
      recoverable: { jobFile: '/job.js', workingDirectory: '/', recovered: undefined, onFenced: () => assert.fail() },
      fileSystems: new FileSystems().register('file', disk),
    }
    const runDirectory = new RunDirectory(freshDirectory('given-up'), Date.now)
    const configuration = { 'execution.checkpointing.interval': '1 s', 'execution.checkpointing.storage': 'filesystem' }
    const jobGraph = { ...SUBMISSION.jobGraph, configuration }
    const refused = new Rig(
      runDirectory,
      async (listener) => {
        await listener.submit({ ...SUBMISSION, jobGraph })
      },
      input,
    )
    await assert.rejects(refused.process.run(), { code: 'CHECKPOINT_DIRECTORY_MISSING' })
    assert.deepEqual(await disk.list('/ha/default'), [])
    // By the user, or because the program threw while its job was stored.
    const ended = new Rig(runDirectory, submitAndWait, input)
    disk.fault = (_, file) => {
      if (file.includes('job.json')) ended.process.cancel()
    }
    await assert.rejects(ended.process.run(), { code: 'JOB_CANCELED' })
    assert.deepEqual(await disk.list('/ha/default'), [])
    assert.deepEqual([refused.outcomes, ended.outcomes], [[], []])
  })
})

describe('A job process whose job takes the place of another one', () => {
  const start = async (
    name: string,
    program?: (listener: ProgramListener) => Promise<void>,
  ): Promise<{ rig: Rig; takeOver: TakeOver; run: RunDirectory; ended: Promise<unknown> }> => {
    const run = new RunDirectory(freshDirectory(name), Date.now)
    const takeOver = new TakeOver()
    const rig = new Rig(run, program, { takeOver })
    const ended = rig.process.run()
    void Promise.allSettled([ended])
    await takeOver.isReady
    return { rig, takeOver, run, ended }
  }
  const given = new FlinkError('UPGRADE_GIVEN_UP', { jobId: 'a'.repeat(32) })

  it('has loaded the program before anything else, and does not show the job', async () => {
    const { rig, takeOver, run, ended } = await start('ready')
    assert.deepEqual(
      rig.workers.flatMap(({ received }) => received.map(({ type }) => type)),
      ['load-program'],
    )
    assert.deepEqual(await run.entries(), [])
    takeOver.giveUp(given)
    await assert.rejects(ended, { code: 'UPGRADE_GIVEN_UP' })
    assert.equal(rig.isTerminated, true)
    assert.deepEqual(
      rig.outcomes.map(({ status }) => status),
      ['FAILED'],
    )
  })

  it('runs no other job of a program that passes over its being given up', async () => {
    const stubborn = async (listener: ProgramListener): Promise<void> => {
      await assert.rejects(listener.submit(SUBMISSION), { code: 'UPGRADE_GIVEN_UP' })
      await listener.submit(SUBMISSION)
    }
    const { rig, takeOver, ended } = await start('stubborn', stubborn)
    takeOver.giveUp(given)
    await assert.rejects(ended, { code: 'JOB_CANCELED' })
    assert.equal(rig.outcomes.length, 1)
  })

  it('begins no other job of a program that does not wait for the first, until the old one has stopped', async () => {
    const several = async (listener: ProgramListener): Promise<void> => {
      await Promise.all([listener.submit(SUBMISSION), listener.submit(SUBMISSION)])
    }
    const { rig, takeOver, run, ended } = await start('several', several)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await run.entries(), [])
    takeOver.giveUp(given)
    await assert.rejects(ended, { code: 'UPGRADE_GIVEN_UP' })
    assert.equal(rig.outcomes.length, 2)
  })

  it('ends when it is cancelled while it waits', async () => {
    const { rig, ended } = await start('cancelled')
    rig.process.cancel()
    await assert.rejects(ended, { code: 'JOB_CANCELED' })
    assert.equal(rig.outcomes.length, 1)
  })
})
