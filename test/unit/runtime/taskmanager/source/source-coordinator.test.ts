import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type {
  OperatorCoordinator,
  OperatorCoordinatorContext,
  SubtaskGateway,
} from '../../../../../src/api/dag/operator-coordinator.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { NO_REGISTERED_TYPES } from '../../../../../src/core/types/registered-types.js'
import { Duration, FlinkError, WatermarkStrategy, type ErrorCode } from '../../../../../src/index.js'
import { sourceCoordinatorProvider } from '../../../../../src/runtime/taskmanager/source/source-coordinator.js'
import type { ToSourceReader } from '../../../../../src/runtime/taskmanager/source/source-events.js'
import { PlayedSource, PlayedSplit, playedSplits, type PlayedEnumerator } from './played-source.js'

/** What a coordinator reaches, kept for the test. */
class FakeContext implements OperatorCoordinatorContext {
  readonly operatorId = 'a'.repeat(32)
  readonly operatorName = 'Source: test'
  readonly currentParallelism = 2
  readonly clock = new ManualClock(0)
  readonly logger = SILENT_LOGGER
  readonly fileSystems = new FileSystems()
  readonly toOthers: unknown[] = []
  readonly backlogs: boolean[] = []
  /** Called by hand. */
  readonly periodic: (() => void | Promise<void>)[] = []

  failJob(cause: unknown): void {
    assert.fail(String(cause))
  }

  sendEventToCoordinators(event: unknown): void {
    this.toOthers.push(event)
  }

  setIsProcessingBacklog(isProcessingBacklog: boolean): void {
    this.backlogs.push(isProcessingBacklog)
  }

  runInCoordinator(action: () => void | Promise<void>): void {
    void action()
  }

  callAsync<T>(
    work: () => Promise<T>,
    handler: (result: T | undefined, error: Error | undefined) => void | Promise<void>,
  ): void {
    void work().then((result) => handler(result, undefined))
  }

  callAsyncPeriodically<T>(
    work: () => Promise<T>,
    handler: (result: T | undefined, error: Error | undefined) => void | Promise<void>,
  ): void {
    this.periodic.push(() => work().then((result) => handler(result, undefined)))
  }
}

class Played {
  readonly context = new FakeContext()
  readonly source: PlayedSource
  readonly sent: [subtask: number, event: ToSourceReader][] = []
  readonly coordinator: OperatorCoordinator

  constructor(
    watermarkStrategy: WatermarkStrategy<unknown> = WatermarkStrategy.noWatermarks(),
    source: PlayedSource = new PlayedSource(),
  ) {
    this.source = source
    const input = { source: this.source, watermarkStrategy, registeredTypes: NO_REGISTERED_TYPES }
    this.coordinator = sourceCoordinatorProvider(input).create(this.context)
  }

  get enumerator(): PlayedEnumerator {
    assert.ok(this.source.enumerator !== undefined)
    return this.source.enumerator
  }

  /** The subtask takes events, and its reader registers. */
  register(subtask: number, splits: readonly Uint8Array[] = []): void | Promise<void> {
    const sendEvent = (event: unknown): void => {
      this.sent.push([subtask, event as ToSourceReader])
    }
    const gateway: SubtaskGateway = { subtask, attempt: 0, sendEvent }
    void this.coordinator.executionAttemptReady(subtask, 0, gateway)
    return this.fromReader(subtask, { kind: 'reader-registration', location: 'localhost', splits })
  }

  fromReader(subtask: number, event: unknown): void | Promise<void> {
    return this.coordinator.handleEventFromOperator(subtask, 0, event)
  }
}

async function started(watermarkStrategy?: WatermarkStrategy<unknown>): Promise<Played> {
  const played = new Played(watermarkStrategy)
  await played.coordinator.start()
  return played
}

function isError(code: ErrorCode, text: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }
}

describe('SourceCoordinator', () => {
  it('starts a new enumerator, tells it of readers, requests, events and checkpoints, and closes it', async () => {
    const played = await started()
    await played.register(1)
    await played.fromReader(1, { kind: 'split-request', location: 'localhost' })
    await played.fromReader(1, { kind: 'source-event', event: { n: 1 } })
    await played.coordinator.notifyCheckpointComplete(3)
    await played.coordinator.notifyCheckpointAborted(4)
    await played.coordinator.close()
    assert.equal(played.enumerator.state, 'new')
    assert.deepEqual(played.enumerator.calls, [
      'start',
      'reader 1',
      'request of 1',
      'event of 1: {"n":1}',
      'complete 3',
      'aborted 4',
      'close',
    ])
    assert.deepEqual([...played.enumerator.context.registeredReaders().keys()], [1])
    assert.equal(played.enumerator.context.currentParallelism(), 2)
    assert.equal(played.enumerator.context.getFileSystems(), played.context.fileSystems)
  })

  it('lives on where a reader begins anew alone: what that was assigned since is given back, and it registers again', async () => {
    const played = await started()
    await played.register(0)
    await played.register(1)
    const { context, calls } = played.enumerator
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new PlayedSplit(name, []))
    assert.ok(a !== undefined && b !== undefined && c !== undefined)
    context.assignSplit(a, 1)
    await played.coordinator.checkpointCoordinator(7)
    context.assignSplit(b, 1)
    context.assignSplit(c, 0)
    context.signalNoMoreSplits(1)
    await played.coordinator.notifyCheckpointComplete(7)
    played.sent.splice(0)
    calls.splice(0)
    await played.coordinator.subtaskReset?.(1, 7)
    assert.deepEqual(calls.splice(0), ['back from 1: b'])
    assert.deepEqual([...context.registeredReaders().keys()], [0])
    assert.throws(
      () => {
        context.assignSplit(b, 1)
      },
      isError('SOURCE_READER_UNKNOWN', /which has not registered/),
    )
    await played.register(1)
    assert.deepEqual(calls.splice(0), ['reader 1'])
    context.assignSplit(b, 1)
    context.signalNoMoreSplits(1)
    assert.deepEqual(
      played.sent.map(([subtask, { kind }]) => `${String(subtask)} ${kind}`),
      ['1 add-splits', '1 no-more-splits'],
    )
    await played.coordinator.subtaskReset?.(0, 7)
    assert.deepEqual(calls.splice(0), ['back from 0: c'])
    await played.coordinator.subtaskReset?.(0, 7)
    assert.deepEqual(calls, [])
  })

  it('does not wait for the time of a reader that begins anew alone, until that says where it is', async () => {
    const strategy = WatermarkStrategy.noWatermarks<unknown>().withWatermarkAlignment('group', Duration.ofMillis(10))
    const played = await started(strategy)
    for (const [subtask, watermarkMs] of [
      [0, 50],
      [1, 20],
    ] as const) {
      await played.register(subtask)
      await played.fromReader(subtask, { kind: 'reported-watermark', watermarkMs })
    }
    await played.coordinator.subtaskReset?.(1, undefined)
    await played.fromReader(1, { kind: 'reported-watermark', watermarkMs: 15 })
    const told = played.context.toOthers.map((event) => (event as { watermarkMs: number }).watermarkMs)
    assert.deepEqual(told, [50, 20, 50, 15])
  })

  it('refuses what is no enumerator, made or restored, where a return or a method is missing', async () => {
    const made = new Played()
    made.source.createEnumerator = () => undefined as never
    const makes =
      /Source: test: createEnumerator\(\) of the source returned undefined, which is no SplitEnumerator: is a/
    await assert.rejects(async () => made.coordinator.start(), isError('SOURCE_PART_INVALID', makes))
    const bytes = await (await started()).coordinator.checkpointCoordinator(1)
    const restored = new Played()
    restored.source.restoreEnumerator = () => ({ start: () => undefined }) as never
    const restores = /restoreEnumerator\(\).*it has no handleSplitRequest\(\), addSplitsBack\(\), addReader\(\)/
    await assert.rejects(
      async () => restored.coordinator.resetToCheckpoint(1, bytes),
      isError('SOURCE_PART_INVALID', restores),
    )
  })

  it('goes on with the state of a snapshot, and begins anew where the snapshot has none', async () => {
    const first = await started()
    first.enumerator.state = { assigned: ['a'], at: new Date(7) }
    const bytes = await first.coordinator.checkpointCoordinator(1)
    const second = new Played()
    await second.coordinator.resetToCheckpoint(1, bytes)
    await second.coordinator.start()
    assert.deepEqual(second.enumerator.state, first.enumerator.state)
    assert.deepEqual(second.enumerator.calls, ['start'])
    const third = new Played()
    await third.coordinator.resetToCheckpoint(1, undefined)
    await third.coordinator.start()
    assert.equal(third.enumerator.state, 'new')
  })

  it('sends splits as bytes, events, the word that there are no more, and the backlog', async () => {
    const played = await started()
    await played.register(0)
    const { context } = played.enumerator
    context.assignSplit(new PlayedSplit('a', [1]), 0)
    context.sendEventToSourceReader(0, { n: 2 })
    context.setIsProcessingBacklog(true)
    assert.deepEqual(played.context.backlogs, [true])
    context.signalNoMoreSplits(0)
    context.signalNoMoreSplits(0)
    await played.register(1)
    const bytes = Uint8Array.of(2, ...playedSplits.serialize(new PlayedSplit('a', [1])))
    assert.deepEqual(played.sent, [
      [0, { kind: 'add-splits', splits: [bytes] }],
      [0, { kind: 'source-event', event: { n: 2 } }],
      [0, { kind: 'processing-backlog', isProcessingBacklog: true }],
      [0, { kind: 'no-more-splits' }],
      [1, { kind: 'processing-backlog', isProcessingBacklog: true }],
    ])
  })

  it('tells its enumerator of no reader that may have ended', async () => {
    const played = await started()
    await played.register(0)
    played.enumerator.context.signalNoMoreSplits(0)
    await played.register(0)
    assert.deepEqual(
      played.enumerator.calls.filter((call) => call.startsWith('reader')),
      ['reader 0'],
    )
  })

  it('refuses to assign to a reader that has not registered, or has been told that there are no more', async () => {
    const played = await started()
    await played.register(0)
    const { context } = played.enumerator
    const assignment = new Map([
      [0, [new PlayedSplit('a')]],
      [1, [new PlayedSplit('b')]],
    ])
    const unknown = /^Source: test: the enumerator assigned the split b for reader 1, which has not.*registered: 0\.$/
    assert.throws(
      () => {
        context.assignSplits(assignment)
      },
      isError('SOURCE_READER_UNKNOWN', unknown),
    )
    assert.deepEqual(played.sent, [], 'all or none')
    assert.throws(
      () => {
        context.sendEventToSourceReader(1, {})
      },
      isError('SOURCE_READER_UNKNOWN', /sent an event for reader 1/),
    )
    context.signalNoMoreSplits(0)
    assert.throws(
      () => {
        context.assignSplit(new PlayedSplit('a'), 0)
      },
      isError('SOURCE_READER_UNKNOWN', /which it had told that there are no more splits/),
    )
  })

  it('refuses what is no split', async () => {
    const played = await started()
    await played.register(0)
    assert.throws(
      () => {
        played.enumerator.context.assignSplit({ id: 3 } as never, 0)
      },
      isError('SOURCE_SPLIT_INVALID', /^Source: test: \{ id: 3 \} is no split/),
    )
  })

  it('tells of a reader what splits it has', async () => {
    const played = await started()
    await played.register(1, [Uint8Array.of(2, ...playedSplits.serialize(new PlayedSplit('a', [4])))])
    const reader = played.enumerator.context.registeredReaders().get(1)
    const [split] = reader?.getReportedSplitsOnRegistration() ?? []
    assert.equal(split?.splitId(), 'a')
  })

  it('refuses a promise of deserialize', async () => {
    const serializer = { getVersion: () => 0, serialize: () => new Uint8Array(), deserialize: () => Promise.resolve(1) }
    const source = Object.assign(new PlayedSource(), { getEnumeratorCheckpointSerializer: () => serializer })
    const played = new Played(undefined, source)
    await played.coordinator.start()
    const state = await played.coordinator.checkpointCoordinator(1)
    await assert.rejects(
      async () => played.coordinator.resetToCheckpoint(1, state),
      isError('SOURCE_STATE_UNREADABLE', /deserialize of its serializer gave a Promise/),
    )
  })

  it('refuses a state that cannot be stored, which costs the checkpoint', async () => {
    const played = await started()
    played.enumerator.state = { find: () => undefined }
    await assert.rejects(
      async () => played.coordinator.checkpointCoordinator(1),
      isError(
        'SOURCE_NOT_SERIALIZABLE',
        /the state of its enumerator cannot be stored.*getEnumeratorCheckpointSerializer/,
      ),
    )
  })
})

describe('SourceCoordinators of an alignment group', () => {
  const strategy = WatermarkStrategy.noWatermarks<unknown>().withWatermarkAlignment('group', 100, 10)

  async function announced(played: Played): Promise<number[]> {
    played.sent.length = 0
    for (const call of played.context.periodic) await call()
    return played.sent.map(([, event]) => (event as { maxWatermarkMs: number }).maxWatermarkMs)
  }

  it('announce the time of the slowest subtask and the drift, and nothing before anybody has reported', async () => {
    const played = await started(strategy)
    await played.register(0)
    await played.register(1)
    assert.deepEqual(await announced(played), [])
    await played.fromReader(0, { kind: 'reported-watermark', watermarkMs: 500 })
    assert.deepEqual(await announced(played), [600, 600])
    await played.fromReader(1, { kind: 'reported-watermark', watermarkMs: 300 })
    assert.deepEqual(await announced(played), [400, 400])
    assert.deepEqual(played.context.toOthers, [
      { alignmentGroup: 'group', watermarkMs: 500 },
      { alignmentGroup: 'group', watermarkMs: 300 },
    ])
  })

  it('wait for other sources of the group, and for none of another one', async () => {
    const played = await started(strategy)
    await played.register(0)
    await played.fromReader(0, { kind: 'reported-watermark', watermarkMs: 500 })
    await played.coordinator.handleEventFromCoordinator?.('b', { alignmentGroup: 'other', watermarkMs: 1 })
    await played.coordinator.handleEventFromCoordinator?.('c', 'anything')
    assert.deepEqual(await announced(played), [600])
    await played.coordinator.handleEventFromCoordinator?.('d', { alignmentGroup: 'group', watermarkMs: 200 })
    assert.deepEqual(await announced(played), [300])
  })

  it('let everybody read on where all are idle or at their end', async () => {
    const played = await started(strategy)
    await played.register(0)
    await played.fromReader(0, { kind: 'reported-watermark', watermarkMs: Number.POSITIVE_INFINITY })
    assert.deepEqual(await announced(played), [Number.POSITIVE_INFINITY])
  })
})
