import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { deserializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { CheckpointAlignment } from '../../../../../src/runtime/taskmanager/metrics/checkpoint-alignment.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import type {
  SnapshotRequest,
  StreamOperator,
} from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { ExclusiveActions } from '../../../../../src/runtime/taskmanager/task/exclusive-actions.js'
import { SubtaskCheckpointCoordinator } from '../../../../../src/runtime/taskmanager/task/subtask-checkpoint-coordinator.js'
import { Mailbox } from '../../../../../src/runtime/taskmanager/task/mailbox.js'
import { ProcessingTimeTimers } from '../../../../../src/runtime/taskmanager/task/processing-time-timers.js'
import { TaskLife } from '../../../../../src/runtime/taskmanager/task/task-life.js'
import { TaskEnding } from '../../../../../src/runtime/taskmanager/task/task-ending.js'
import type { OperatorSubtaskState } from '../../../../../src/storage/state-handles.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import { turn } from '../../../../operators/operator-harness.js'
import { testBarrier } from '../test-barriers.js'

/** Everything in the order in which it happened: `prepare a`, `barrier 1`, `snapshot a`, `complete a` ... */
let events: string[]
let sent: WorkerToMaster[]
let clock: ManualClock

beforeEach(() => {
  events = []
  sent = []
  clock = new ManualClock()
})

interface PlayedFuture {
  readonly entryCounts: Readonly<Record<string, number>> | undefined
  complete(): Promise<unknown>
  cancel(): Promise<void>
}

/** An operator whose steps can be made to fail or wait by the test: `before` is called with the step's name. */
class PlayedOperator {
  readonly operatorId: string
  before: (step: string) => Promise<void> | void = () => undefined
  state: OperatorSubtaskState | undefined = EMPTY_SUBTASK_STATE
  readonly requests: SnapshotRequest[] = []
  entryCounts: Readonly<Record<string, number>> | undefined

  constructor(operatorId: string) {
    this.operatorId = operatorId
  }

  prepareSnapshotPreBarrier(): Promise<void> {
    return this.#step('prepare')
  }

  async snapshotState(request: SnapshotRequest): Promise<PlayedFuture> {
    this.requests.push(request)
    await this.#step('snapshot')
    return {
      entryCounts: this.entryCounts,
      complete: async () => {
        await this.#step('complete')
        return this.state
      },
      cancel: () => this.#step('cancel'),
    }
  }

  async #step(step: string): Promise<void> {
    events.push(`${step} ${this.operatorId}`)
    await this.before(step)
  }
}

let alignment = new CheckpointAlignment()

function coordinatorOf(...operators: PlayedOperator[]): SubtaskCheckpointCoordinator {
  const outputs = {
    broadcastBarrier: ({ checkpointId }: { checkpointId: number }) =>
      void events.push(`barrier ${String(checkpointId)}`),
    announceBarrier: ({ checkpointId }: { checkpointId: number }) => {
      events.push(`announced ${String(checkpointId)}`)
      return []
    },
    overtakeLate: () => [],
    areBarriersOut: () => true,
    broadcastCancelBarrier: (checkpointId: number) => void events.push(`cancel barrier ${String(checkpointId)}`),
  }
  const wake = (): void => undefined
  alignment = new CheckpointAlignment()
  const actions = new ExclusiveActions(wake, wake, new InputInterrupt())
  const processingTime = new ProcessingTimeTimers({ clock, actions, whenOutputAvailable: () => Promise.resolve() })
  return new SubtaskCheckpointCoordinator(operators as unknown as StreamOperator[], {
    executionId: 'e',
    control: {
      actions,
      life: new TaskLife('e', () => undefined),
      mailbox: new Mailbox(wake),
      processingTime,
      wake,
      whenTimeIsDone: () => Promise.resolve(),
    },
    outputs,
    ending: new TaskEnding(false),
    events: { checkpointTaken: (id) => void events.push(`${String(id)} taken`) },
    alignment,
    clock,
    send: (message) => sent.push(message),
    streamsFor: (location) =>
      Object.assign({ createStream: () => Promise.reject(new Error('not used')) }, { location }),
  })
}

/** Waits at a step until the returned function is called. */
function holdAt(operator: PlayedOperator, held: string): () => void {
  let letGo: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  operator.before = (step) => (step === held ? gate : undefined)
  return letGo
}

describe("A task's part in a checkpoint", () => {
  it('prepares, sends the barrier, takes the state head first, then completes and acknowledges', async () => {
    await coordinatorOf(new PlayedOperator('a'), new PlayedOperator('b')).perform(testBarrier(1), 30)
    await turn()
    const first = ['prepare a', 'prepare b', 'barrier 1', 'snapshot a', 'snapshot b', '1 taken']
    assert.deepEqual(events, [...first, 'complete a', 'complete b'])
    const metrics = { alignmentMs: 30, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 0, checkpointedSizeBytes: 0 }
    const snapshot = { operators: { a: EMPTY_SUBTASK_STATE, b: EMPTY_SUBTASK_STATE } }
    assert.deepEqual(sent, [{ type: 'acknowledge-checkpoint', executionId: 'e', checkpointId: 1, snapshot, metrics }])
  })

  it('says how long after the trigger its first barrier came', async () => {
    const coordinator = coordinatorOf(new PlayedOperator('a'))
    alignment.aligned(30, 40)
    await coordinator.perform(testBarrier(1), 30)
    await turn()
    const [answer] = sent
    assert.ok(answer?.type === 'acknowledge-checkpoint')
    assert.deepEqual([answer.metrics.startDelayMs, answer.metrics.alignmentMs], [10, 30])
  })

  it('says how many keys the operators counted when their state was taken, those that counted', async () => {
    const [a, b] = [new PlayedOperator('a'), new PlayedOperator('b')]
    b.entryCounts = { seen: 3 }
    b.before = (step) => {
      if (step === 'complete') b.entryCounts = { seen: 4 }
    }
    await coordinatorOf(a, b).perform(testBarrier(1), 0)
    await turn()
    const [answer] = sent
    assert.ok(answer?.type === 'acknowledge-checkpoint')
    assert.deepEqual(answer.metrics.entryCounts, { b: { seen: 3 } })
  })

  it('leaves out operators without state and adds up the bytes of the others', async () => {
    const [a, b] = [new PlayedOperator('a'), new PlayedOperator('b')]
    a.state = undefined
    const inline = { kind: 'inline', bytes: new Uint8Array(5), crc32c: 0 } as const
    const file = { kind: 'file', uri: 'file:/x', offset: 9, lengthBytes: 70, crc32c: 0 } as const
    const keyed = {
      isDelta: false,
      keyGroups: { start: 0, end: 0 },
      offsets: [],
      states: [],
      keyShapes: [],
      handle: file,
    }
    b.state = { ...EMPTY_SUBTASK_STATE, managedKeyed: [keyed], managedOperator: [{ states: [], handle: inline }] }
    await coordinatorOf(a, b).perform(testBarrier(1), 0)
    await turn()
    const [answer] = sent
    assert.ok(answer?.type === 'acknowledge-checkpoint')
    assert.deepEqual(Object.keys(answer.snapshot.operators), ['b'])
    assert.equal(answer.metrics.sizeBytes, 75)
    assert.equal(answer.metrics.checkpointedSizeBytes, 75)
  })

  it('does not count as written what an earlier checkpoint of the task wrote', async () => {
    const operator = new PlayedOperator('a')
    const written = (lengthBytes: number): KeyedStateHandle => {
      const handle = { kind: 'file', uri: 'file:/x', offset: 0, lengthBytes, crc32c: 0 } as const
      return { isDelta: false, keyGroups: { start: 0, end: 0 }, offsets: [], states: [], keyShapes: [], handle }
    }
    const coordinator = coordinatorOf(operator)
    const whole = written(70)
    for (const [index, managedKeyed] of [[whole], [whole, written(3)]].entries()) {
      operator.state = { ...EMPTY_SUBTASK_STATE, managedKeyed }
      await coordinator.perform(testBarrier(index + 1), 0)
      await turn()
    }
    const metrics = sent.map((message) => (message.type === 'acknowledge-checkpoint' ? message.metrics : undefined))
    assert.deepEqual(
      metrics.map((each) => [each?.sizeBytes, each?.checkpointedSizeBytes]),
      [
        [70, 70],
        [73, 3],
      ],
    )
  })

  it('that was aborted long ago only tells those downstream', async () => {
    const coordinator = coordinatorOf(new PlayedOperator('a'))
    for (let checkpointId = 1; checkpointId <= 100; checkpointId += 1) await coordinator.abort(checkpointId)
    await coordinator.perform(testBarrier(1), 0)
    assert.deepEqual(events, ['cancel barrier 1'])
  })

  it('knows from its barrier what it is, where its parts go, and what it builds on', async () => {
    const incremental = { sharedDirectoryUri: 'file:/cp/shared', baseCheckpointId: 6 }
    const location = { kind: 'file', directoryUri: 'file:/cp/chk-7', inlineThresholdBytes: 0, incremental } as const
    const operator = new PlayedOperator('a')
    await coordinatorOf(operator).perform(testBarrier(7, { kind: 'savepoint', location }, 5), 0)
    const [request] = operator.requests
    assert.ok(request)
    const { streams, ...rest } = request
    const increment = { checkpointId: 7, baseCheckpointId: 6 }
    assert.deepEqual(rest, { checkpointId: 7, timestamp: 5, isSavepoint: true, increment })
    assert.equal((streams as unknown as { location: unknown }).location, location)
  })

  it('ends with its synchronous part: the rest is written while input goes on', async () => {
    const operator = new PlayedOperator('a')
    const letGo = holdAt(operator, 'complete')
    await coordinatorOf(operator).perform(testBarrier(1), 0)
    assert.equal(sent.length, 0)
    clock.advance(40)
    letGo()
    await turn()
    assert.ok(sent[0]?.type === 'acknowledge-checkpoint')
    assert.equal(sent[0].metrics.asynchronousMs, 40)
  })

  for (const failing of ['snapshot', 'complete']) {
    it(`declines when ${failing} fails, after the barrier`, async () => {
      const [a, b] = [new PlayedOperator('a'), new PlayedOperator('b')]
      b.before = (step) => {
        if (step === failing) throw new FlinkError('MEMORY_STATE_TOO_LARGE', { sizeBytes: 9, limitBytes: 1 })
      }
      await coordinatorOf(a, b).perform(testBarrier(1), 0)
      await turn()
      assert.ok(events.includes('barrier 1') && !events.includes('cancel barrier 1'))
      assert.ok(events.includes('cancel a'), 'what was begun is cancelled')
      assert.equal(sent.length, 1)
      assert.ok(sent[0]?.type === 'decline-checkpoint')
      assert.ok(FlinkError.is(deserializeError(sent[0].error), 'MEMORY_STATE_TOO_LARGE'))
    })
  }

  it('fails the task, not only the checkpoint, when prepare fails: a record that it emitted is lost', async () => {
    const operator = new PlayedOperator('a')
    operator.before = () => {
      throw new FlinkError('MEMORY_STATE_TOO_LARGE', { sizeBytes: 9, limitBytes: 1 })
    }
    await assert.rejects(coordinatorOf(operator).perform(testBarrier(1), 0), (error) =>
      FlinkError.is(error, 'MEMORY_STATE_TOO_LARGE'),
    )
    assert.ok(!events.includes('barrier 1'))
    assert.deepEqual(sent, [])
  })

  it('that was aborted before it began only tells those downstream', async () => {
    const coordinator = coordinatorOf(new PlayedOperator('a'))
    await coordinator.abort(1)
    await coordinator.perform(testBarrier(1), 0)
    await turn()
    assert.deepEqual(events, ['cancel barrier 1'])
    assert.deepEqual(sent, [])
    await coordinator.perform(testBarrier(2), 0)
    await turn()
    assert.equal(sent.length, 1)
  })

  it('that is aborted while it prepares sends no barrier', async () => {
    const operator = new PlayedOperator('a')
    const letGo = holdAt(operator, 'prepare')
    const coordinator = coordinatorOf(operator)
    const performed = coordinator.perform(testBarrier(1), 0)
    await coordinator.abort(1)
    letGo()
    await performed
    await turn()
    assert.deepEqual(events, ['prepare a', 'cancel barrier 1'])
    assert.deepEqual(sent, [])
  })

  it('that is aborted during its synchronous part gives back what operators gave until then', async () => {
    const [a, b, c] = [new PlayedOperator('a'), new PlayedOperator('b'), new PlayedOperator('c')]
    const letGo = holdAt(b, 'snapshot')
    const coordinator = coordinatorOf(a, b, c)
    const performed = coordinator.perform(testBarrier(1), 0)
    await turn()
    await coordinator.abort(1)
    letGo()
    await performed
    await turn()
    assert.ok(events.includes('cancel a') && events.includes('cancel b'))
    assert.ok(!events.includes('snapshot c'))
    assert.ok(!events.some((event) => event.startsWith('complete')))
    assert.deepEqual(sent, [])
  })

  it('that is aborted while it is written is cancelled and not answered', async () => {
    const operator = new PlayedOperator('a')
    const letGo = holdAt(operator, 'complete')
    const coordinator = coordinatorOf(operator)
    await coordinator.perform(testBarrier(1), 0)
    await coordinator.abort(1)
    letGo()
    await turn()
    assert.deepEqual(events.slice(-1), ['cancel a'])
    assert.deepEqual(sent, [])
  })

  it('is aborted when the task ends', async () => {
    const operator = new PlayedOperator('a')
    const letGo = holdAt(operator, 'complete')
    const coordinator = coordinatorOf(operator)
    await coordinator.perform(testBarrier(1), 0)
    await coordinator.perform(testBarrier(2), 0)
    await coordinator.close()
    letGo()
    await turn()
    assert.equal(events.filter((event) => event === 'cancel a').length, 2)
    assert.deepEqual(sent, [])
  })

  it('can be declined without having begun', () => {
    coordinatorOf(new PlayedOperator('a')).decline(3, 'not now')
    assert.deepEqual(events, ['cancel barrier 3'])
    assert.ok(sent[0]?.type === 'decline-checkpoint')
    assert.ok(FlinkError.is(deserializeError(sent[0].error), 'CHECKPOINT_DECLINED'))
  })
})
