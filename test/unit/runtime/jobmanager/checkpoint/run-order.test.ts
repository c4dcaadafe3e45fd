/**
 * What follows from something comes after it, whatever the clock of the machine does: a later start goes on from what the
 * last run left, an end makes history of what its run could have gone on from, and of nothing else.
 */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import type { RestorePoint } from '../../../../../src/runtime/jobmanager/checkpoint/restore-point.js'
import { FROM_LATEST, makeCheckpointRuns, type CheckpointRuns, type RunSettings } from './checkpoint-runs.js'

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)) as [string, string, string, string]
const HOUR = 3_600_000
/** The clock of run A; that of all others is right. */
const AHEAD = 10 * HOUR
const RIGHT = 9 * HOUR
const RETAIN = 'execution.checkpointing.externalized-checkpoint-retention'

let disk: CheckpointRuns['disk']
let repositoryOf: CheckpointRuns['repositoryOf']
let take: CheckpointRuns['take']

beforeEach(() => {
  ;({ disk, repositoryOf, take } = makeCheckpointRuns())
})

/** A run that takes checkpoints of its own, a second apart by its clock, and is left as kill -9 leaves it. */
async function ran(jobId: string, nowMs: number, ids: readonly number[], more: RunSettings = {}): Promise<Run> {
  const configuration = { [FROM_LATEST]: 'true', ...more.configuration }
  const run = repositoryOf({ ...more, jobId, nowMs, configuration })
  const point = await run.open()
  for (const [index, id] of ids.entries()) await take(run, id, nowMs + index * 1000)
  return { run, point }
}

interface Run {
  readonly run: CheckpointRepository
  readonly point: RestorePoint
}

async function startOf(jobId: string, nowMs: number, more: RunSettings = {}): Promise<string | undefined> {
  const { point } = await ran(jobId, nowMs, [], more)
  return point.checkpoint?.externalPath
}

describe('A start after a run whose clock was ahead', () => {
  for (const [title, configuration] of [
    ['', {}],
    [', with all checkpoints kept', { [RETAIN]: 'RETAIN_ON_CANCELLATION' }],
    [', with one checkpoint kept', { 'execution.checkpointing.num-retained': '1' }],
  ] as const) {
    it(`goes on from what the last run left, each time${title}`, async () => {
      await ran(A, AHEAD, [1, 2], { configuration })
      const second = await ran(B, RIGHT, [3, 4], { configuration })
      assert.match(second.point.checkpoint?.externalPath ?? '', /a\/chk-2$/)
      const third = await ran(C, RIGHT + HOUR / 2, [5, 6], { configuration })
      assert.match(third.point.checkpoint?.externalPath ?? '', /b\/chk-4$/)
      assert.match((await startOf(D, RIGHT + HOUR / 2, { configuration })) ?? '', /c\/chk-6$/)
    })
  }

  it('goes on from the newest in a directory that is named', async () => {
    await ran(A, AHEAD, [1, 2])
    await ran(B, RIGHT, [3], { restore: '/cp' })
    assert.match((await startOf(C, RIGHT, { restore: '/cp' })) ?? '', /b\/chk-3$/)
  })

  it('goes on from a run that was begun afresh, for its checkpoints are the newer ones', async () => {
    await ran(A, AHEAD, [1, 2, 3])
    await ran(B, RIGHT, [1], { configuration: { [FROM_LATEST]: 'false' } })
    assert.match((await startOf(C, RIGHT)) ?? '', /b\/chk-1$/)
  })

  it('goes on from a checkpoint that is later than the end of an earlier run', async () => {
    const ended = await ran(A, AHEAD, [1, 2])
    await ended.run.shutdown('FINISHED')
    const second = await ran(B, RIGHT, [1])
    assert.equal(second.point.checkpoint, undefined)
    assert.match((await startOf(C, RIGHT)) ?? '', /b\/chk-1$/)
  })

  it('goes on from a run that was restored from a savepoint of a later time', async () => {
    await ran(A, AHEAD, [1])
    await disk.rename(`/cp/${A}/chk-1`, '/savepoint')
    await disk.delete(`/cp/${A}`)
    await ran(B, RIGHT, [2], { restore: '/savepoint' })
    await ran(C, RIGHT, [3])
    assert.match((await startOf(D, RIGHT)) ?? '', /c\/chk-3$/)
  })
})

it('Within a run a later checkpoint has the later stamp, however often the clock goes back', async () => {
  const { run } = await ran(A, AHEAD, [])
  for (const [id, timestamp] of [
    [1, AHEAD],
    [2, RIGHT],
    [3, AHEAD],
    [4, 5],
  ] as const)
    await take(run, id, timestamp)
  const { point } = await ran(B, RIGHT, [])
  assert.equal(point.checkpoint?.metadata.timestamp, AHEAD + 3)
})

it('A stamp is the time by the clock as long as that goes on', async () => {
  await ran(A, RIGHT, [1, 2])
  const { point } = await ran(B, RIGHT + HOUR, [])
  assert.equal(point.checkpoint?.metadata.timestamp, RIGHT + 1000)
})

describe('The end of a run', () => {
  it('makes no history of the checkpoints of a run that lived beside it', async () => {
    await ran(A, RIGHT, [1, 2])
    const beside = await ran(B, RIGHT + HOUR, [1], { running: [A] })
    assert.match(beside.point.notes.join(), /which runs: this one starts afresh/)
    await beside.run.shutdown('FINISHED')
    assert.match((await startOf(C, RIGHT + HOUR)) ?? '', /a\/chk-2$/)
  })

  it('makes no history of those of a run that began after it and died before it', async () => {
    const long = await ran(A, RIGHT, [1])
    await ran(B, RIGHT + 5000, [1], { running: [A] })
    await long.run.shutdown('FINISHED')
    assert.match((await startOf(C, RIGHT + HOUR)) ?? '', /b\/chk-1$/)
  })

  it('makes history of what the run went on from, and of its own', async () => {
    await ran(A, RIGHT, [1, 2], { configuration: { [RETAIN]: 'RETAIN_ON_CANCELLATION' } })
    const { run } = await ran(B, RIGHT + HOUR, [3])
    await run.shutdown('FINISHED')
    assert.equal(await startOf(C, RIGHT + HOUR), undefined)
  })

  it('makes history of all that it found dead, also when the run beside it ends after it', async () => {
    const first = await ran(A, RIGHT, [1])
    await ran(B, RIGHT + 5000, [1], { running: [A] })
    const last = await ran(C, RIGHT + 10_000, [2], { running: [A] })
    assert.match(last.point.checkpoint?.externalPath ?? '', /b\/chk-1$/)
    await last.run.shutdown('FINISHED')
    await first.run.shutdown('FINISHED')
    assert.equal(await startOf(D, RIGHT + HOUR), undefined)
  })

  for (const [status, how] of [
    ['FINISHED', 'stopped'],
    ['CANCELED', 'cancelled'],
  ] as const) {
    it(`with a savepoint is told to the next start, with the way to go on from that: ${status}`, async () => {
      const { run } = await ran(A, RIGHT, [1])
      run.endsWith('file:/sp/1')
      await run.shutdown(status)
      const { point } = await ran(B, RIGHT + HOUR, [])
      assert.equal(point.checkpoint, undefined)
      const told = `The job starts afresh: it was ${how} with savepoint file:/sp/1 at 1970-01-01T09:00:00`
      assert.ok(point.choice?.startsWith(told) === true && point.choice.endsWith('-s file:/sp/1'), point.choice)
    })
  }

  it('leaves the loss of what lived beside it a loss', async () => {
    await ran(A, RIGHT, [1])
    const { run } = await ran(B, RIGHT + HOUR, [1], { running: [A] })
    await run.shutdown('FINISHED')
    await disk.delete(`/cp/${A}/chk-1`)
    await assert.rejects(startOf(C, RIGHT + HOUR), (error) => FlinkError.is(error, 'SNAPSHOTS_UNUSABLE'))
  })
})

describe('The mark of an earlier version, which said only when a run ended', () => {
  async function markWithout(timestamp: number): Promise<void> {
    const { run } = await ran(A, RIGHT, [])
    await run.shutdown('FINISHED')
    const [mark] = (await disk.list('/cp')).filter(({ name }) => name.startsWith('_ended-'))
    assert.ok(mark)
    const { jobName } = JSON.parse(new TextDecoder().decode(await disk.readFile(mark.path))) as { jobName: string }
    const writer = await disk.openForWrite(mark.path)
    await writer.write(new TextEncoder().encode(JSON.stringify({ jobName, timestamp, status: 'FINISHED' })))
    await writer.close()
  }

  it('makes history of all that is older', async () => {
    await ran(B, RIGHT, [1])
    await markWithout(RIGHT + 5000)
    assert.equal(await startOf(C, RIGHT + HOUR), undefined)
  })

  it('is refused where it says a time that is yet to come, and there are checkpoints', async () => {
    await ran(B, RIGHT, [1])
    await markWithout(4_000_000_000_000)
    await assert.rejects(startOf(C, RIGHT), (error) => {
      assert.ok(FlinkError.is(error, 'END_MARK_INVALID'), String(error))
      assert.match(error.message, /it says 2096-.*, and by the clock of this machine it is 1970-01-01T09:00/)
      return true
    })
  })

  it('is no hindrance where there are none', async () => {
    await markWithout(4_000_000_000_000)
    const { point } = await ran(B, RIGHT, [1])
    assert.equal(point.checkpoint, undefined)
    assert.match((await startOf(C, RIGHT)) ?? '', /b\/chk-1$/)
  })
})

describe('A start that is not to go on from the newest checkpoint', () => {
  const OTHERWISE = { configuration: { [FROM_LATEST]: 'false' } }

  it('says once where that is and how to have it, where nobody decided', async () => {
    await ran(A, RIGHT, [1], OTHERWISE)
    const undecided = repositoryOf({ jobId: B })
    const { checkpoint, notes, choice } = await undecided.open()
    assert.equal(checkpoint, undefined)
    assert.deepEqual(notes, [])
    assert.match(choice ?? '', /starts afresh\. An earlier run .* left the checkpoint file:\/cp\/a+\/chk-1\. To go on/)
    assert.match(choice ?? '', /-s file:\/cp\/a+\/chk-1, or .*-D execution\.state-recovery\.from-latest=true$/)
  })

  it('says nothing where that was decided, where its job runs, where it has ended, and where there is none', async () => {
    assert.equal((await repositoryOf({ jobId: B }).open()).choice, undefined)
    const { run } = await ran(A, RIGHT, [1])
    assert.equal((await repositoryOf({ jobId: B, ...OTHERWISE }).open()).choice, undefined)
    assert.equal((await repositoryOf({ jobId: B, running: [A] }).open()).choice, undefined)
    await run.shutdown('FINISHED')
    assert.equal((await repositoryOf({ jobId: B }).open()).choice, undefined)
  })
})

describe('A snapshot that was named', () => {
  it('is told when it is a checkpoint of a job that runs: both write the same output', async () => {
    await ran(A, RIGHT, [1])
    for (const restore of [`/cp/${A}/chk-1`, `/cp/${A}`]) {
      const { checkpoint, notes } = await repositoryOf({ jobId: B, restore, running: [A] }).open()
      assert.equal(checkpoint?.metadata.jobId, A)
      assert.match(notes.join(), /^Job a+, to which file:\/cp\/a+\/chk-1 belongs, still runs: .* the same output/)
    }
    assert.deepEqual((await repositoryOf({ jobId: B, restore: `/cp/${A}/chk-1` }).open()).notes, [])
  })
})
