/** The order of an upgrade, and which of the two jobs runs when something goes wrong on the way. Both are played. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { programFileOf } from '../../../src/cli/job/program-file.js'
import type { RunRequest, UpgradeOrder } from '../../../src/cli/job/run-request.js'
import { upgradeJob, type UpgradeServices } from '../../../src/cli/job/upgrade-job.js'
import type { TriggeredOperation } from '../../../src/client/rest-cluster-client.js'
import type { TakeOver } from '../../../src/cluster/take-over.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { JobStartInfo } from '../../../src/rest/messages/job-messages.js'

const directory = mkdtempSync(path.join(tmpdir(), 'upgrade-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})
const OLD = 'a'.repeat(32)
const NEW = 'b'.repeat(32)
const AGAIN = 'c'.repeat(32)
const SAVEPOINT = 'file:/sp/savepoint-aaaaaa-1'
const oldFile = path.join(directory, 'old.js')
writeFileSync(oldFile, 'old')
const START: JobStartInfo = {
  jobFile: oldFile,
  file: programFileOf({ jobFile: oldFile }),
  entry: null,
  args: ['--input', 'words.txt'],
  configuration: {
    'parallelism.default': { text: '2', origin: '-p' },
    'execution.state-recovery.claim-mode': { text: 'CLAIM', origin: 'flink-conf.yaml:3' },
    'execution.state-recovery.path': { text: 'file:/sp/earlier', origin: '-s' },
  },
  workingDirectory: '/srv',
  jobs: 1,
}
const ORDER: UpgradeOrder = {
  jobId: OLD,
  savepointDirectory: '/sp',
  opensFunctions: true,
  isWithoutReturn: false,
  isQuiet: false,
}
const REQUEST: RunRequest = { jobFile: '/new.js', entry: undefined, args: [], configuration: {}, upgrade: ORDER }

type Wrong = Partial<
  Record<
    'state' | 'stateAfter' | 'start' | 'check' | 'load' | 'trigger' | 'stop' | 'open' | 'again' | 'exitCode',
    unknown
  >
>

/** Everything that an upgrade asks for or does, in order; `goes` says what goes wrong. */
class Stage {
  readonly goes: Wrong
  readonly events: string[] = []
  readonly errors: string[] = []
  started: RunRequest | undefined
  #endNew: (exitCode: number) => void = () => undefined
  #failNew: (error: Error) => void = () => undefined
  #time = 0

  constructor(goes: Wrong = {}) {
    this.goes = goes
  }

  endNew(exitCode: number): void {
    this.#endNew(exitCode)
  }

  upgrade(order: Partial<UpgradeOrder> = {}): ReturnType<typeof upgradeJob> {
    return upgradeJob({ ...ORDER, ...order }, REQUEST, this.#services())
  }

  #services(): UpgradeServices {
    return {
      client: {
        status: () => this.#answer(this.events.includes('load') ? 'stateAfter' : 'state', 'state', 'RUNNING'),
        startOf: () => Promise.resolve('start' in this.goes ? (this.goes.start as JobStartInfo | undefined) : START),
        triggerStop: (_, { targetDirectory, drain }) =>
          this.#answer(
            'trigger',
            `stop to ${String(targetDirectory)}, drain ${String(drain)}`,
            {} as TriggeredOperation,
          ),
        awaitStop: () => this.#answer('stop', 'stopped', SAVEPOINT),
      },
      check: () => this.#answer('check', 'check', undefined),
      launch: (takeOver) => this.#launch(takeOver),
      startAgain: (request, workingDirectory) => {
        this.started = request
        return this.#answer('again', `old again in ${workingDirectory}`, AGAIN)
      },
      monotonicMs: () => {
        this.#time += 50
        return this.#time
      },
      print: (line) => this.events.push(line),
      printError: (line) => this.errors.push(line),
      tell: (line) => this.errors.push(line),
      between: (place) => {
        if (place === undefined) this.events.push('one runs')
        else this.events.push(`${place.comesBack ? 'between' : 'for good'}: ${place.savepoint ?? 'no savepoint yet'}`)
      },
    }
  }

  async #launch(takeOver: TakeOver): Promise<number> {
    this.events.push('load')
    const exitCode = new Promise<number>((resolve, reject) => {
      this.#endNew = resolve
      this.#failNew = reject
    })
    if (this.goes.load !== undefined) throw this.goes.load as Error
    if (this.goes.exitCode !== undefined) return this.goes.exitCode as number
    void takeOver.awaitSavepoint().then(
      (savepoint) => {
        this.events.push(`begins from ${savepoint}`)
        if (this.goes.open === undefined) takeOver.runs(NEW)
        else takeOver.ended(this.goes.open as Error)
        if (this.goes.open !== undefined) this.#failNew(this.goes.open as Error)
      },
      (error: unknown) => {
        this.events.push('given up')
        this.#failNew(error as Error)
      },
    )
    return exitCode
  }

  async #answer<T>(point: keyof Wrong, event: string, value: T): Promise<T> {
    await Promise.resolve()
    this.events.push(event)
    const wrong = this.goes[point]
    if (wrong instanceof Error) throw wrong
    return wrong === undefined ? value : (wrong as T)
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** What the upgrade fails with, by code, and what that comes of. */
async function failureOf(upgrade: Promise<unknown>): Promise<{ code: string; message: string; cause: unknown }> {
  try {
    await upgrade
  } catch (error) {
    assert.ok(FlinkError.is(error), String(error))
    return { code: error.code, message: error.message, cause: causeOf(error) }
  }
  throw new Error('it went well')
}

const UNTOUCHED = /stop to|begins|old again/

describe('An upgrade', () => {
  it('stops the old job when the new one could begin at once, and says how long none ran', async () => {
    const stage = new Stage()
    const { jobId, exitCode } = await stage.upgrade()
    assert.equal(jobId, NEW)
    assert.deepEqual(stage.events, [
      'state',
      'check',
      'load',
      'between: no savepoint yet',
      'stop to /sp, drain false',
      'stopped',
      `between: ${SAVEPOINT}`,
      `Savepoint completed. Path: ${SAVEPOINT}`,
      `begins from ${SAVEPOINT}`,
      'one runs',
    ])
    assert.match(
      stage.errors.join('\n'),
      /was not given|started with parallelism\.default, which the new one was not given/,
    )
    assert.match(stage.errors.join('\n'), /Pause: 100 ms \(50 ms until .*, 50 ms until /)
    stage.endNew(3)
    assert.equal(await exitCode, 3)
  })

  it('says which options the new job has lost: also of a recovered one that it was recoverable', async () => {
    const configuration = {
      'high-availability.type': { text: 'FILESYSTEM', origin: 'run --recover' },
      'execution.checkpointing.interval': { text: '1 s', origin: 'flink-conf.yaml:4' },
    }
    const stage = new Stage({ start: { ...START, configuration } })
    await stage.upgrade()
    assert.match(stage.errors.join('\n'), /was started with high-availability\.type, which the new one was not given\./)
  })

  it('does not touch the old job where the new program does not fit, cannot be loaded or has no job', async () => {
    const boom = new Error('boom')
    for (const goes of [{ check: boom }, { load: boom }]) {
      const stage = new Stage(goes)
      const { code, cause } = await failureOf(stage.upgrade())
      assert.deepEqual([code, cause], ['UPGRADE_NOT_BEGUN', boom])
      assert.doesNotMatch(stage.events.join('\n'), UNTOUCHED)
    }
  })

  it('does not touch it either where the new program ends without a job', async () => {
    const stage = new Stage({ exitCode: 0 })
    const { code, cause } = await failureOf(stage.upgrade())
    assert.equal(code, 'UPGRADE_NOT_BEGUN')
    assert.ok(FlinkError.is(cause, 'UPGRADE_WITHOUT_JOB'), String(cause))
    assert.doesNotMatch(stage.events.join('\n'), UNTOUCHED)
  })

  it('is refused for a job that does not run, has brothers, or whose program could not come back', async () => {
    writeFileSync(path.join(directory, 'changed.js'), 'one')
    const changed = { ...START, jobFile: path.join(directory, 'changed.js') }
    const refusals: [Wrong, string][] = [
      [{ state: 'RESTARTING' }, 'JOB_NOT_RUNNING'],
      [{ start: { ...START, jobs: 2 } }, 'UPGRADE_SEVERAL_JOBS'],
      [{ start: changed }, 'UPGRADE_WITHOUT_RETURN'],
      [{ start: { ...START, jobFile: '/nowhere.js' } }, 'UPGRADE_WITHOUT_RETURN'],
      [{ start: { ...START, file: null } }, 'UPGRADE_WITHOUT_RETURN'],
      [{ start: undefined }, 'UPGRADE_WITHOUT_RETURN'],
    ]
    for (const [goes, expected] of refusals) {
      const stage = new Stage(goes)
      const { code, cause } = await failureOf(stage.upgrade())
      assert.equal(code, 'UPGRADE_NOT_BEGUN')
      assert.ok(FlinkError.is(cause) && cause.code === expected, String(cause))
      assert.deepEqual(stage.events, ['state'])
    }
  })

  it('is refused for a recovered job that runs the copy of its program, which goes with its stop', async () => {
    const recovered = { jobId: OLD, from: { epoch: 1, holder: '0' }, runsCopy: true }
    const file = programFileOf({ jobFile: oldFile, recovered })
    assert.notEqual(programFileOf({ jobFile: oldFile, recovered: { ...recovered, runsCopy: false } }), null)
    const { cause } = await failureOf(new Stage({ start: { ...START, file } }).upgrade())
    assert.match(
      String(cause),
      /old\.js could not be looked at .*, or is the copy of a recovered job, which goes with it/,
    )
  })

  it('leaves a job alone that has ended meanwhile, or does not stop: the new one does not begin', async () => {
    const ended = new FlinkError('JOB_NOT_RUNNING', { jobId: OLD, state: 'FAILED' })
    const stage = new Stage({ trigger: ended })
    assert.deepEqual(await failureOf(stage.upgrade()).then(({ code, cause }) => [code, cause]), [
      'UPGRADE_NOT_BEGUN',
      ended,
    ])
    assert.deepEqual(stage.events.slice(-2), ['one runs', 'given up'])
    const silent = new FlinkError('JOB_UNRESPONSIVE', { jobId: OLD, pid: 1, timeout: '1 min' })
    const broken = new FlinkError('CONTROL_SOCKET_FAILED', { jobId: OLD, reason: 'socket hang up' })
    const died = new FlinkError('JOB_PROCESS_DIED', { jobId: OLD, advice: 'none' }, { cause: broken })
    for (const trigger of [silent, broken, died]) {
      const told = await failureOf(new Stage({ trigger }).upgrade())
      assert.deepEqual([told.code, told.cause], ['UPGRADE_STOP_FAILED', trigger])
      assert.match(told.message, /It is told to stop, and may still do so\.$/)
    }
    const full = new Error('no space left on device')
    const unstopped = new Stage({ stop: full })
    const { code, message, cause } = await failureOf(unstopped.upgrade())
    assert.deepEqual([code, cause], ['UPGRADE_STOP_FAILED', full])
    assert.match(message, /It is RUNNING\.$/)
    const advice = 'its process has died; to go on with it: run --recover'
    const dead = new Stage({ stop: full, stateAfter: new FlinkError('JOB_PROCESS_DIED', { jobId: OLD, advice }) })
    assert.match((await failureOf(dead.upgrade())).message, /It is not known to run any more \(.*run --recover\)\.$/)
    assert.doesNotMatch(unstopped.events.join('\n'), /begins|old again/)
  })

  it('has the old program come back from the savepoint where the new one does not start', async () => {
    const cannot = new Error('no such table')
    const stage = new Stage({ open: cannot })
    const { code, message, cause } = await failureOf(stage.upgrade())
    assert.deepEqual([code, cause], ['UPGRADE_TAKEN_BACK', cannot])
    assert.match(message, new RegExp(`as job ${AGAIN}, from ${SAVEPOINT}`))
    assert.deepEqual(stage.events.slice(-2), ['old again in /srv', 'one runs'])
    const { jobFile, entry, args, configuration, upgrade } = stage.started ?? REQUEST
    assert.deepEqual([jobFile, entry, args, upgrade], [oldFile, undefined, ['--input', 'words.txt'], undefined])
    const texts = Object.entries(configuration).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : value.text,
    ])
    assert.deepEqual(Object.fromEntries(texts), {
      'parallelism.default': '2',
      'execution.state-recovery.claim-mode': 'NO_CLAIM',
      'execution.state-recovery.ignore-unclaimed-state': 'false',
      'execution.state-recovery.path': SAVEPOINT,
    })
  })

  it('says where the state lies where neither program runs', async () => {
    const cannot = new Error('no such table')
    const stage = new Stage({ open: cannot, again: new Error('fork failed') })
    const { code, message, cause } = await failureOf(stage.upgrade())
    assert.deepEqual([code, cause], ['UPGRADE_LOST', cannot])
    assert.match(message, /it could not be started: fork failed\..* flink-ts run -s file:\/sp\/savepoint-aaaaaa-1/)
    const without = new Stage({ open: cannot, start: undefined })
    assert.equal((await failureOf(without.upgrade({ isWithoutReturn: true }))).code, 'UPGRADE_LOST')
    assert.doesNotMatch(without.events.join('\n'), /old again|between/)
    assert.ok(without.events.includes(`for good: ${SAVEPOINT}`))
  })
})
