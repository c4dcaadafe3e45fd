/** Flink's CommitterOperatorTestBase and CommittableCollectorTest as facts, and every way in which a commit is answered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { LogFields } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import type { Sink, SupportsCommitter } from '../../../../../src/index.js'
import type { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { settled, turn } from '../../../../operators/operator-harness.js'
import { described, harnessOf, messages, OuterSystem, type HarnessOptions } from './outer-system.js'

function specOf(system: OuterSystem, emitsDownstream = false): OperatorSpec {
  const sink = system as unknown as Sink<unknown> & SupportsCommitter<unknown, unknown>
  return { kind: 'committer', sink, emitsDownstream }
}

async function committer(
  system: OuterSystem,
  { emitsDownstream = false, ...options }: HarnessOptions & { emitsDownstream?: boolean } = {},
): Promise<OneInputStreamOperatorTestHarness> {
  return harnessOf(specOf(system, emitsDownstream), options).open()
}

function give(harness: OneInputStreamOperatorTestHarness, ...given: Parameters<typeof messages>): void {
  for (const message of messages(...given)) harness.processElement(message)
}

async function complete(harness: OneInputStreamOperatorTestHarness, checkpointId: number): Promise<void> {
  await settled(harness.operator.notifyCheckpointComplete(checkpointId), harness.context)
}

/** The retry after a second. */
async function later(harness: OneInputStreamOperatorTestHarness): Promise<void> {
  harness.setProcessingTime(harness.context.clock.now() + 1001)
  await harness.resumed()
}

function failure(code: string): (error: unknown) => boolean {
  return (error) => {
    const cause = error instanceof Error ? error.cause : undefined
    return FlinkError.is(error) && (error.code === code || (FlinkError.is(cause) && cause.code === code))
  }
}

describe('CommitterOperator', () => {
  it('commits a checkpoint when it is complete, and not before', async () => {
    const system = new OuterSystem()
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await harness.snapshot(1)
    give(harness, 2, ['b'])
    assert.deepEqual(system.committed, [])
    await complete(harness, 1)
    assert.deepEqual(system.committed, ['a'])
    await complete(harness, 2)
    assert.deepEqual(system.commits, [['a'], ['b']])
    await harness.close()
    assert.equal(system.closed, 1)
  })

  it('commits with a checkpoint what earlier ones, which were aborted, have left', async () => {
    const system = new OuterSystem()
    const harness = await committer(system)
    give(harness, 1, ['a'])
    give(harness, 2, ['b'])
    await harness.operator.notifyCheckpointAborted(1)
    give(harness, 3, ['c'])
    await complete(harness, 2)
    assert.deepEqual(system.commits, [['a'], ['b']])
    await harness.close()
  })

  it('commits after a restore all that the snapshot has, before any record', async () => {
    const system = new OuterSystem()
    const first = await committer(system)
    give(first, 1, ['a'])
    give(first, 2, ['b'], { endOfInput: true })
    const state = await first.snapshot(2)
    await first.close()
    assert.deepEqual(system.committed, [])
    const second = await harnessOf(specOf(system)).open(state, 2)
    assert.deepEqual(system.commits, [['a', 'b']])
    assert.equal((await second.snapshot(3))?.managedOperator.length ?? 0, 0)
    await second.close()
  })

  it('has nothing in a snapshot that is committed, and all that is not', async () => {
    const system = new OuterSystem()
    const harness = await committer(system)
    give(harness, 1, ['a', 'b'])
    system.answers.set('b', (request) => request.retryLater())
    await complete(harness, 1)
    const state = await harness.snapshot(2)
    await harness.close()
    const other = new OuterSystem()
    const restored = await harnessOf(specOf(other)).open(state, 2)
    assert.deepEqual(other.committed, ['b'])
    await restored.close()
  })

  it('tries again after a second, as often as it is told to', async () => {
    const system = new OuterSystem()
    const retries: number[] = []
    system.answers.set('a', (request) => {
      retries.push(request.getNumberOfRetries())
      if (retries.length < 3) request.retryLater()
    })
    const harness = await committer(system)
    give(harness, 1, ['a', 'b'])
    await complete(harness, 1)
    assert.deepEqual(system.committed, ['b'])
    await later(harness)
    await later(harness)
    await later(harness)
    assert.deepEqual(retries, [0, 1, 2])
    assert.deepEqual(system.commits, [['a', 'b'], ['a'], ['a']])
    await harness.close()
  })

  it('does not try again with every committable that comes meanwhile, and commits those with the retry', async () => {
    const system = new OuterSystem()
    let isUp = false
    system.answers.set('a', (request) => (isUp ? undefined : request.retryLater()))
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await complete(harness, 2)
    give(harness, 2, ['b', 'c'])
    give(harness, 3, ['d'])
    await harness.resumed()
    assert.deepEqual(system.commits, [['a']])
    isUp = true
    await later(harness)
    assert.deepEqual(system.commits, [['a'], ['a'], ['b', 'c']])
    await harness.close()
  })

  it('keeps the number of retries over a restore', async () => {
    const system = new OuterSystem()
    const retries: number[] = []
    system.answers.set('a', (request) => {
      retries.push(request.getNumberOfRetries())
      request.retryLater()
    })
    const first = await committer(system)
    give(first, 1, ['a'])
    await complete(first, 1)
    const state = await first.snapshot(2)
    await first.close()
    const second = await harnessOf(specOf(system)).open(state, 2)
    assert.deepEqual(retries, [0, 1])
    await second.close()
  })

  it('tries again with what a committer puts in the place of a committable', async () => {
    const system = new OuterSystem()
    system.answers.set('ab', (request) => request.updateAndRetryLater('b'))
    const harness = await committer(system)
    give(harness, 1, ['ab'])
    await complete(harness, 1)
    await later(harness)
    assert.deepEqual(system.committed, ['b'])
    await harness.close()
  })

  it('gives up what failed of a known reason, and takes what was committed before for committed', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => request.signalFailedWithKnownReason(new Error('gone')))
    system.answers.set('b', (request) => request.signalAlreadyCommitted())
    const lines: unknown[] = []
    const note = (message: string, fields: LogFields = {}): void => void lines.push([message, fields])
    const logger = { ...SILENT_LOGGER, error: note, info: note }
    const harness = await committer(system, { emitsDownstream: true, logger })
    give(harness, 1, ['a', 'b', 'c'])
    await complete(harness, 1)
    assert.deepEqual(lines, [
      ['a committable could not be committed and is given up', { committable: "'a'", reason: 'gone' }],
      ['committables were committed by an earlier attempt', { numAlready: 1 }],
    ])
    assert.deepEqual(described(harness), ['1: 2 of subtask 0/1, 1 failed', '1: b', '1: c'])
    const metrics = harness.context.metrics.values()
    const names = ['successful', 'alreadyCommitted', 'failed', 'retried', 'pending']
    assert.deepEqual(
      names.map((name) => metrics[`${name}Committables`]),
      [1, 1, 1, 0, 0],
    )
    await harness.close()
  })

  it('fails where a commit fails, and has all of it in the state', async () => {
    const system = new OuterSystem()
    const harness = await committer(system)
    give(harness, 1, ['a'])
    const state = await harness.snapshot(1)
    system.answers.set('a', (request) => request.signalFailedWithUnknownReason(new Error('no answer')))
    await assert.rejects(complete(harness, 1), failure('COMMIT_FAILED'))
    await harness.close()
    system.answers.clear()
    const restored = await harnessOf(specOf(system)).open(state, 1)
    assert.deepEqual(system.committed, ['a'])
    await restored.close()
  })

  it('fails also where the committer catches what says so, and names itself', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => {
      try {
        request.signalFailedWithUnknownReason(new Error('no answer'))
      } catch {
        // As one that goes on with the next.
      }
    })
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await assert.rejects(
      complete(harness, 1),
      /^FlinkError: Op \(subtask 1 of 1\) failed: Committing 'a' failed: .*no answer/,
    )
    await harness.close()
  })

  it('takes the last answer', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => {
      try {
        request.signalFailedWithUnknownReason(new Error('no answer'))
      } catch {
        request.retryLater()
      }
    })
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await complete(harness, 1)
    assert.equal(harness.context.metrics.values()['retriedCommittables'], 1)
    await harness.close()
  })

  it('refuses an answer that comes after its commit', async () => {
    const system = new OuterSystem()
    let retry: () => void = () => undefined
    system.answers.set('a', (request) => (retry = () => request.retryLater()))
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await complete(harness, 1)
    assert.throws(retry, failure('COMMIT_ANSWERED_LATE'))
    await harness.close()
  })

  it('waits at the end of the input for the last checkpoint, and in it until all is committed', async () => {
    const system = new OuterSystem()
    let isUp = false
    system.answers.set('a', (request) => (isUp ? undefined : request.retryLater()))
    const harness = await committer(system)
    give(harness, 3, ['a'], { endOfInput: true })
    await harness.finish()
    assert.deepEqual(system.commits, [])
    let isDone = false
    const completed = harness.operator.notifyCheckpointComplete(3).then(() => (isDone = true))
    await turn()
    harness.context.clock.advance(1000)
    await turn()
    assert.equal(isDone, false)
    isUp = true
    harness.context.clock.advance(1000)
    await completed
    assert.equal(system.commits.length, 3)
    await harness.close()
  })

  it('ends its waiting when it is closed in the middle', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => request.retryLater())
    const harness = await committer(system)
    give(harness, 3, ['a'], { endOfInput: true })
    await harness.finish()
    const completed = harness.operator.notifyCheckpointComplete(3)
    await turn()
    await harness.close()
    await completed
    assert.equal(system.commits.length, 1)
  })

  it('commits all at the end of the input where no checkpoint follows', async () => {
    const system = new OuterSystem()
    const harness = await committer(system, { checkpointing: false, emitsDownstream: true })
    give(harness, 1, ['a'], { endOfInput: true })
    await harness.finish()
    assert.deepEqual(described(harness), ['1: 1 of subtask 0/1, the last', '1: a'])
    await harness.close()
  })

  it('commits what comes after the notice of its checkpoint', async () => {
    const system = new OuterSystem()
    const harness = await committer(system)
    give(harness, 1, ['a'])
    await complete(harness, 2)
    give(harness, 2, ['b'])
    await harness.resumed()
    assert.deepEqual(system.commits, [['a'], ['b']])
    await harness.close()
  })

  it('passes checkpoints on in order when all of them is committed, those without committables too', async () => {
    const system = new OuterSystem()
    let isUp = false
    system.answers.set('b', (request) => (isUp ? undefined : request.retryLater()))
    const harness = await committer(system, { subtaskIndex: 1, parallelism: 2, emitsDownstream: true })
    give(harness, 1, ['a', 'b'], { subtask: 1, of: 2 })
    give(harness, 2, [], { subtask: 1, of: 2 })
    await complete(harness, 2)
    assert.deepEqual(described(harness), [])
    isUp = true
    await later(harness)
    assert.deepEqual(described(harness), ['1: 2 of subtask 1/2', '1: a', '1: b', '2: 0 of subtask 1/2'])
    await complete(harness, 3)
    assert.deepEqual(described(harness), ['3: 0 of subtask 1/2'])
    await harness.close()
  })

  it('says of each checkpoint once that it is committed, in whatever order the notices come', async () => {
    const harness = await committer(new OuterSystem(), { emitsDownstream: true })
    give(harness, 1, ['a'])
    give(harness, 2, [])
    await complete(harness, 2)
    await complete(harness, 1)
    assert.deepEqual(described(harness), ['1: 1 of subtask 0/1', '1: a', '2: 0 of subtask 0/1'])
    await harness.close()
  })

  it('says of the restored checkpoint that it is committed, with its own number and of its own parallelism', async () => {
    const system = new OuterSystem()
    const spec = specOf(system, true)
    const harness = await harnessOf(spec, { subtaskIndex: 2, parallelism: 3 }).open(undefined, 9)
    assert.deepEqual(described(harness), ['9: 0 of subtask 2/3'])
    await harness.close()
  })

  it('refuses a committable that nobody announced, one too many, and a second summary', async () => {
    const [summary, committable] = messages(1, ['a'])
    const wrong = [[committable], [summary, summary], [summary, committable, committable]]
    for (const given of wrong) {
      const harness = await committer(new OuterSystem())
      const process = (): void => {
        for (const each of given) harness.processElement(each)
      }
      assert.throws(process, failure('SINK_COMMITTABLES_INVALID'))
      await harness.close()
    }
  })

  it('refuses what is no committer', async () => {
    const system = new OuterSystem()
    system.createCommitter = () => ({}) as ReturnType<OuterSystem['createCommitter']>
    await assert.rejects(committer(system), failure('SINK_PART_INVALID'))
  })

  it('says what cannot be read of a snapshot', async () => {
    const system = new OuterSystem()
    const first = await committer(system)
    give(first, 1, ['a'])
    const state = await first.snapshot(1)
    await first.close()
    const spec = specOf(
      Object.assign(new OuterSystem(), {
        getCommittableSerializer: () => ({
          getVersion: () => 7,
          serialize: () => new Uint8Array(),
          deserialize: (version: number) => {
            throw new Error(`version ${version}`)
          },
        }),
      }),
    )
    await assert.rejects(harnessOf(spec).open(state, 1), failure('SINK_STATE_UNREADABLE'))
  })
})
