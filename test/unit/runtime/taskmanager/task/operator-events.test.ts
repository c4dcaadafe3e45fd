import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import type {
  Input,
  OneInputStreamOperator,
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
} from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { StreamOperatorBase } from '../../../../../src/runtime/taskmanager/operators/stream-operator-base.js'
import { turn } from '../../../../operators/operator-harness.js'
import { PlayedTask } from './played-task.js'

/** Notes what happens to it, in order. */
class Noting extends StreamOperatorBase implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]
  readonly #notes: string[]

  constructor(binding: OperatorBinding, context: OperatorContext, notes: string[]) {
    super(binding, context)
    this.#notes = notes
  }

  override open(): Promise<void> {
    this.#notes.push('open')
    return super.open()
  }

  override snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    this.#notes.push(`snapshot ${String(request.checkpointId)}`)
    return super.snapshotState(request)
  }

  processElement(value: unknown): void {
    this.#notes.push(`record ${String(value)}`)
    this.context.operatorEvents.sendEventToCoordinator(value)
  }

  prepareKeys(): void {
    // It has no keys.
  }

  processWatermark(): boolean {
    return true
  }

  processWatermarkStatus(): boolean {
    return true
  }
}

class Handling extends Noting {
  readonly #handle: (event: unknown) => void | Promise<void>

  constructor(binding: OperatorBinding, context: OperatorContext, hooks: Hooks) {
    super(binding, context, hooks.notes)
    this.#handle = (event) => {
      hooks.notes.push(`event ${String(event)}`)
      return hooks.onEvent?.(event)
    }
  }

  handleOperatorEvent(event: unknown): void | Promise<void> {
    return this.#handle(event)
  }
}

interface Hooks {
  readonly notes: string[]
  readonly onEvent?: (event: unknown) => void | Promise<void>
}

const PROVIDER = {
  name: 'Coordinator',
  create: () => {
    throw new Error('not hosted here')
  },
}

function specOf(make: (binding: OperatorBinding, context: OperatorContext) => object): OperatorSpec {
  const createStreamOperator = (binding: unknown, context: unknown): object =>
    make(binding as OperatorBinding, context as OperatorContext)
  return { kind: 'factory', factory: { createStreamOperator }, functions: [], coordinator: PROVIDER }
}

function handling(hooks: Hooks): OperatorSpec {
  return specOf((binding, context) => new Handling(binding, context, hooks))
}

/** A sink with a coordinator, and the id of its operator. */
async function sinkOf(operator: OperatorSpec): Promise<{ readonly played: PlayedTask; readonly operatorId: string }> {
  const played = await PlayedTask.started({ operator, place: 'sink' })
  return { played, operatorId: played.task.descriptor.vertexId }
}

function failureOf(played: PlayedTask): string {
  const failed = played.sent.find((message) => message.type === 'task-state-changed' && message.state === 'FAILED')
  return failed?.type === 'task-state-changed' ? (failed.error?.message ?? '') : 'it has not failed'
}

describe('A task with a coordinated operator', () => {
  it('handles events when it is open, in their order, and before a checkpoint that it is told of later', async () => {
    const notes: string[] = []
    const played = new PlayedTask({ operator: handling({ notes }), place: 'sink' })
    const { vertexId } = played.task.descriptor
    played.task.start()
    for (const event of ['a', 'b']) played.task.handleOperatorEvent(vertexId, event)
    played.upstream.writeBarrier({ checkpointId: 1, timestamp: 0, options: CHECKPOINT })
    await played.steps(8)
    assert.deepEqual(notes, ['open', 'event a', 'event b', 'snapshot 1'])
  })

  it('says that it has received an event before it handles it', async () => {
    let answers: string[] = []
    const onEvent = (): void => {
      answers = played.answers()
    }
    const { played, operatorId } = await sinkOf(handling({ notes: [], onEvent }))
    played.task.handleOperatorEvent(operatorId, 'a')
    assert.deepEqual(played.answers(), [])
    await played.steps(2)
    assert.deepEqual(answers, ['operator-event-received'])
  })

  it('neither receives nor handles what comes after the end of its outputs: that comes back to the coordinator', async () => {
    const notes: string[] = []
    const played = await PlayedTask.started({ operator: handling({ notes }), place: 'map', ringSlots: 1 })
    const { vertexId } = played.task.descriptor
    played.upstream.writeWatermark(1)
    played.upstream.writeEndOfData()
    played.upstream.writeEndOfPartition()
    played.upstream.flush()
    await played.steps(8)
    assert.equal(played.states().at(-1), 'RUNNING')
    played.task.handleOperatorEvent(vertexId, 'late')
    await played.steps(2)
    await played.runToEnd()
    played.task.handleOperatorEvent(vertexId, 'later')
    await played.steps(2)
    assert.deepEqual(notes, ['open'])
    assert.ok(!played.sent.some(({ type }) => type === 'operator-event-received'))
  })

  it('says that it has taken a checkpoint, before it has stored it', async () => {
    const notes: string[] = []
    const { played } = await sinkOf(handling({ notes }))
    played.upstream.writeBarrier({ checkpointId: 1, timestamp: 0, options: CHECKPOINT })
    await played.steps(4)
    assert.deepEqual(played.answers(), ['operator-checkpoint-taken', 'acknowledge-checkpoint'])
  })

  it('takes no record while it handles an event', async () => {
    const notes: string[] = []
    let letGo = (): void => undefined
    const onEvent = (): Promise<void> => new Promise((resolve) => (letGo = resolve))
    const { played, operatorId } = await sinkOf(handling({ notes, onEvent }))
    played.task.handleOperatorEvent(operatorId, 'a')
    played.upstream.writeRecord('x', 0, 0)
    played.upstream.flush()
    await played.steps(4)
    assert.deepEqual(notes, ['open', 'event a'])
    letGo()
    await turn()
    await played.steps(2)
    assert.deepEqual(notes.slice(2), ['record x'])
  })

  it('asks for no events after the snapshot to stop with: those that come later are not among its state', async () => {
    const notes: string[] = []
    const { played, operatorId } = await sinkOf(handling({ notes }))
    played.task.handleOperatorEvent(operatorId, 'before')
    played.upstream.writeBarrier({ checkpointId: 1, timestamp: 0, options: { ...CHECKPOINT, stop: 'suspend' } })
    await played.steps(4)
    assert.deepEqual(notes, ['open', 'event before', 'snapshot 1'])
    assert.deepEqual(played.answers(), ['operator-event-received', 'acknowledge-checkpoint'])
    played.task.notifyCheckpointAborted(1)
    played.task.handleOperatorEvent(operatorId, 'after')
    await played.steps(4)
    assert.deepEqual(notes.slice(3), ['event after'])
  })

  it('sends a copy of what its operator sends', async () => {
    const notes: string[] = []
    const { played, operatorId } = await sinkOf(handling({ notes }))
    played.upstream.writeRecord('x', 0, 0)
    played.upstream.flush()
    await played.steps(2)
    assert.deepEqual(played.sent.at(-1), { type: 'event-from-operator', executionId: 'e', operatorId, event: 'x' })
  })

  it('fails with what its operator throws for an event', async () => {
    const onEvent = (): Promise<void> => Promise.reject(new Error('no such split'))
    const { played, operatorId } = await sinkOf(handling({ notes: [], onEvent }))
    played.task.handleOperatorEvent(operatorId, 'a')
    await played.steps(4)
    assert.match(failureOf(played), /^out \(subtask 1 of 1\) failed: .*no such split/)
  })

  it('fails where its operator takes no events', async () => {
    const { played, operatorId } = await sinkOf(specOf((binding, context) => new Noting(binding, context, [])))
    played.task.handleOperatorEvent(operatorId, 'a')
    await played.steps(4)
    assert.equal(
      failureOf(played),
      'out got an event of its coordinator, and has no handleOperatorEvent that takes one.',
    )
  })

  it('fails where an operator without a coordinator sends to it', async () => {
    const { coordinator: _none, ...uncoordinated } = handling({ notes: [] }) as Extract<
      OperatorSpec,
      { kind: 'factory' }
    >
    const { played } = await sinkOf(uncoordinated)
    played.upstream.writeRecord('x', 0, 0)
    played.upstream.flush()
    await played.steps(4)
    assert.match(failureOf(played), /^out sent an event to its coordinator, and has none/)
  })
})

const CHECKPOINT = {
  kind: 'checkpoint',
  location: { kind: 'memory', maxStateSizeBytes: 1000 },
  unaligned: false,
  stop: undefined,
} as const
