import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import {
  OperatorCoordinators,
  type RestoredCoordinators,
} from '../../../../../src/runtime/jobmanager/coordination/operator-coordinators.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import type { MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import type { StreamStateHandle } from '../../../../../src/storage/state-handles.js'
import { sampleGraph } from '../sample-graphs.js'

const ATTEMPT = 3
const STATE: StreamStateHandle = { kind: 'inline', bytes: new Uint8Array([1]), crc32c: 0 }

/** `source` and the second operator of `middle` have coordinators. */
function graph(): JobGraph {
  const plain = sampleGraph(
    [
      { id: 'source', parallelism: 2 },
      { id: 'middle', operators: ['middle', 'chained'], parallelism: 2 },
    ],
    [['source', 'middle', 'hash']],
  )
  const coordinated = new Set(['source', 'chained'])
  const vertices = plain.vertices.map((vertex) => ({
    ...vertex,
    operators: vertex.operators.map((operator) =>
      coordinated.has(operator.id) ? { ...operator, coordinator: 'Coordinator' } : operator,
    ),
  }))
  return { ...plain, vertices }
}

class Played {
  readonly sent: string[] = []
  readonly messages: MasterToWorker[] = []
  readonly failures: string[] = []
  readonly backlogs: [operatorId: string, isProcessingBacklog: boolean][] = []
  readonly closing: number[] = []
  closed = 0
  readonly executions = new ExecutionGraph(graph(), (_, subtask) => ({ worker: subtask, slot: 5 }), ATTEMPT)
  readonly coordinators = new OperatorCoordinators({
    executions: this.executions,
    sendTo: (worker, message) => {
      this.messages.push(message)
      const { subtask, event } = message as { subtask?: number; event?: string }
      const executionId = 'executionId' in message ? message.executionId : undefined
      const words = [worker, message.type, executionId, subtask, event].filter((word) => word !== undefined)
      this.sent.push(words.join(' '))
    },
    onFailed: (error, vertexId) => this.failures.push(`${vertexId}: ${error.message}`),
    onBacklog: (...told) => this.backlogs.push(told),
    onClosing: (worker) => this.closing.push(worker),
    onClosed: () => {
      this.closed += 1
    },
  })

  move(vertexId: string, subtask: number, ...states: readonly Parameters<typeof this.tryMove>[2][]): void {
    for (const state of states) this.tryMove(vertexId, subtask, state)
  }

  tryMove(
    vertexId: string,
    subtask: number,
    state: 'SCHEDULED' | 'DEPLOYING' | 'INITIALIZING' | 'RUNNING' | 'FAILED' | 'FINISHED',
  ): void {
    const execution = this.executions.execution(vertexId, subtask)
    assert.ok(execution.tryMove(state, 0))
    if (state === 'FAILED') execution.failure = new Error('broken')
    this.coordinators.executionMoved(execution)
  }

  deploy(restore?: RestoredCoordinators): void {
    this.coordinators.deploy(this.executions.all(), ATTEMPT, restore)
  }

  take(): string[] {
    return this.sent.splice(0)
  }
}

const about = { attempt: ATTEMPT, operatorId: 'source' }

describe('The coordinators of an attempt', () => {
  it('are deployed where the first subtask of their operator is, chained operators too, with their restored state', () => {
    const played = new Played()
    played.deploy({
      checkpointId: 8,
      isFinished: () => false,
      finishedOperatorsOf: () => [],
      coordinatorStateOf: (operatorId) => (operatorId === 'source' ? STATE : undefined),
    })
    const [message, ...others] = played.messages
    assert.deepEqual(others, [])
    const place = { slot: 5, parallelism: 2 }
    assert.deepEqual(message, {
      type: 'deploy-coordinators',
      attempt: ATTEMPT,
      coordinators: [
        { operatorId: 'source', ...place, restore: { checkpointId: 8, state: STATE } },
        { operatorId: 'chained', ...place, restore: { checkpointId: 8, state: undefined } },
      ],
    })
  })

  it('are not deployed for a vertex that had finished in the restored checkpoint, and not asked for it', () => {
    const played = new Played()
    const isFinished = (vertexId: string): boolean => vertexId === 'source'
    played.deploy({ checkpointId: 8, isFinished, finishedOperatorsOf: () => [], coordinatorStateOf: () => undefined })
    const [message] = played.messages
    const deployed = message?.type === 'deploy-coordinators' ? message.coordinators : []
    assert.deepEqual(
      deployed.map(({ operatorId }) => operatorId),
      ['chained'],
    )
    assert.ok(played.coordinators.checkpoint(9, new Set()) instanceof Promise)
  })

  it('are not deployed for an operator that had finished, where others of its chain had not', () => {
    const played = new Played()
    const finishedOperatorsOf = (vertexId: string): string[] => (vertexId === 'middle' ? ['chained'] : [])
    played.deploy({
      checkpointId: 8,
      isFinished: () => false,
      finishedOperatorsOf,
      coordinatorStateOf: () => undefined,
    })
    const [message] = played.messages
    const deployed = message?.type === 'deploy-coordinators' ? message.coordinators : []
    assert.deepEqual(
      deployed.map(({ operatorId }) => operatorId),
      ['source'],
    )
  })

  it('of a finished vertex hold up a checkpoint until they have done what they were told, and have no state in it', async () => {
    const played = new Played()
    played.deploy()
    played.take()
    const states = played.coordinators.checkpoint(5, new Set(['source', 'middle']))
    assert.deepEqual(played.take(), ['0 flush-coordinator', '0 flush-coordinator'])
    let isTaken = false
    void states?.then(() => (isTaken = true))
    const flushed = { type: 'coordinator-flushed', attempt: ATTEMPT } as const
    played.coordinators.handle({ ...flushed, operatorId: 'source' })
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([isTaken, played.coordinators.unflushed.length], [false, 1])
    played.coordinators.handle({ ...flushed, operatorId: 'chained' })
    assert.deepEqual(await states, new Map())
  })

  it('say whether they process a backlog; one of another attempt does not', () => {
    const played = new Played()
    played.deploy()
    const told = { type: 'coordinator-backlog', operatorId: 'source', isProcessingBacklog: true } as const
    played.coordinators.handle({ ...told, attempt: ATTEMPT + 1 })
    played.coordinators.handle({ ...told, attempt: ATTEMPT })
    assert.deepEqual(played.backlogs, [['source', true]])
  })

  it('hold it up no longer than it lives, and answer for the next one', async () => {
    const played = new Played()
    played.deploy()
    const all = new Set(['source', 'middle'])
    const first = played.coordinators.checkpoint(5, all)
    played.coordinators.checkpointEnded(5)
    await assert.rejects(first ?? Promise.resolve(), /it ended before its coordinators had taken it/)
    const second = played.coordinators.checkpoint(6, all)
    const flushed = { type: 'coordinator-flushed', attempt: ATTEMPT } as const
    for (const operatorId of ['source', 'chained', 'source', 'chained']) {
      played.coordinators.handle({ ...flushed, operatorId })
    }
    assert.deepEqual(await second, new Map())
  })

  it('are told when a subtask is ready, before what it sends, and when it fails', () => {
    const played = new Played()
    played.deploy()
    played.take()
    played.move('source', 1, 'SCHEDULED', 'DEPLOYING', 'INITIALIZING')
    const [executionId] = [played.executions.execution('source', 1).id]
    played.coordinators.handle({ type: 'event-from-operator', executionId, operatorId: 'source', event: 'hello' })
    played.move('source', 1, 'RUNNING', 'FAILED')
    assert.deepEqual(played.take(), [
      '0 execution-attempt-ready 1',
      '0 event-to-coordinator 1 hello',
      '0 execution-attempt-failed 1',
    ])
  })

  it('reach a subtask in its worker; what it has not handled when it has finished comes back', () => {
    const played = new Played()
    played.deploy()
    played.move('source', 1, 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING')
    played.take()
    const executionId = 'source_1_3'
    for (const event of ['handled', 'range']) {
      played.coordinators.handle({
        type: 'event-from-coordinator',
        ...about,
        subtask: 1,
        subtaskAttempt: ATTEMPT,
        event,
      })
    }
    played.coordinators.handle({ type: 'operator-event-received', executionId, operatorId: 'source' })
    played.move('source', 1, 'FINISHED')
    played.coordinators.handle({
      type: 'event-from-coordinator',
      ...about,
      subtask: 1,
      subtaskAttempt: ATTEMPT,
      event: 'late',
    })
    assert.deepEqual(played.take(), [
      '1 event-to-operator source_1_3 handled',
      '1 event-to-operator source_1_3 range',
      '0 event-returned 1 range',
      '0 event-returned 1 late',
    ])
  })

  it('hear nothing of another attempt, and say nothing in one', () => {
    const played = new Played()
    played.deploy()
    played.take()
    played.coordinators.handle({
      type: 'event-from-operator',
      executionId: 'source_1_2',
      operatorId: 'source',
      event: 'old',
    })
    const late = { attempt: ATTEMPT - 1, operatorId: 'source' }
    played.coordinators.handle({
      type: 'event-from-coordinator',
      ...late,
      subtask: 1,
      subtaskAttempt: ATTEMPT,
      event: 'old',
    })
    played.coordinators.handle({ type: 'coordinator-failed', ...late, error: serializeError(new Error('old')) })
    played.coordinators.handle({ type: 'coordinator-closed', ...late })
    assert.deepEqual(played.take(), [])
    assert.deepEqual(played.failures, [])
    assert.equal(played.coordinators.open.length, 2)
  })

  it('live on where a subtask begins anew and others run on; what was meant for its earlier attempt does not reach it', () => {
    const played = new Played()
    played.deploy()
    played.move('source', 1, 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING', 'FAILED')
    played.take()
    const event = { type: 'event-from-coordinator', ...about, subtask: 1 } as const
    played.coordinators.handle({ ...event, subtaskAttempt: ATTEMPT, event: 'to nobody' })
    const restarted = played.executions.renew([played.executions.execution('source', 1)], ATTEMPT + 1)
    played.coordinators.deploy(restarted, ATTEMPT + 1, {
      checkpointId: 8,
      isFinished: () => false,
      finishedOperatorsOf: () => [],
      coordinatorStateOf: () => undefined,
    })
    assert.deepEqual(played.messages.at(-1), { type: 'reset-subtask', ...about, subtask: 1, checkpointId: 8 })
    played.move('source', 1, 'SCHEDULED', 'DEPLOYING', 'INITIALIZING')
    const ready = { type: 'execution-attempt-ready', ...about, subtask: 1, subtaskAttempt: ATTEMPT + 1 }
    assert.deepEqual(played.messages.at(-1), ready)
    const executionId = 'source_1_4'
    played.coordinators.handle({ type: 'event-from-operator', executionId, operatorId: 'source', event: 'asks' })
    played.coordinators.handle({ ...event, subtaskAttempt: ATTEMPT, event: 'late' })
    played.coordinators.handle({ ...event, subtaskAttempt: ATTEMPT + 1, event: 'answer' })
    assert.deepEqual(played.take().slice(-2), [
      '0 event-to-coordinator 1 asks',
      '1 event-to-operator source_1_4 answer',
    ])
    assert.equal(played.coordinators.open.length, 2)
  })

  it('are not told of a subtask that had finished in the restored checkpoint, nor those of operators that had', () => {
    const played = new Played()
    played.deploy()
    played.take()
    const restore = { checkpointId: 8, isFinished: () => true, coordinatorStateOf: () => undefined }
    const [first, second] = ['source', 'middle'].map((id) => played.executions.execution(id, 1))
    assert.ok(first !== undefined && second !== undefined)
    played.coordinators.deploy([first], ATTEMPT + 1, { ...restore, finishedOperatorsOf: () => [] })
    const finishedOperatorsOf = (): string[] => ['chained']
    played.coordinators.deploy([second], ATTEMPT + 1, { ...restore, isFinished: () => false, finishedOperatorsOf })
    assert.deepEqual(played.take(), [])
  })

  it('give their states when all have, and hold for each subtask until it has taken the checkpoint', async () => {
    const played = new Played()
    played.deploy()
    played.take()
    const states = played.coordinators.checkpoint(5, new Set())
    assert.deepEqual(played.take(), ['0 trigger-coordinator-checkpoint', '0 trigger-coordinator-checkpoint'])
    for (const operatorId of ['source', 'chained']) {
      const acknowledgement = { type: 'acknowledge-coordinator-checkpoint', attempt: ATTEMPT } as const
      played.coordinators.handle({
        ...acknowledgement,
        operatorId,
        checkpointId: 5,
        state: STATE,
        takesEventsBack: true,
      })
    }
    assert.deepEqual(
      [...((await states) ?? [])].map(([operatorId]) => operatorId),
      ['source', 'chained'],
    )
    const event = {
      type: 'event-from-coordinator',
      attempt: ATTEMPT,
      subtask: 1,
      subtaskAttempt: ATTEMPT,
    } as const
    for (const operatorId of ['source', 'chained'])
      played.coordinators.handle({ ...event, operatorId, event: operatorId })
    assert.deepEqual(played.take(), [])
    const taken = { type: 'operator-checkpoint-taken', checkpointId: 5 } as const
    played.coordinators.handle({ ...taken, executionId: 'middle_1_3' })
    assert.deepEqual(played.take(), ['1 event-to-operator middle_1_3 chained'])
    played.coordinators.checkpointEnded(5)
    assert.deepEqual(played.take(), ['1 event-to-operator source_1_3 source'])
  })

  it('decline a checkpoint when one of them does', async () => {
    const played = new Played()
    played.deploy()
    const states = played.coordinators.checkpoint(5, new Set())
    const error = serializeError(new Error('not now'))
    played.coordinators.handle({ type: 'decline-coordinator-checkpoint', ...about, checkpointId: 5, error })
    await assert.rejects(states ?? Promise.resolve(), /not now/)
    played.coordinators.checkpointEnded(5)
  })

  it('fail the attempt with what failed them', () => {
    const played = new Played()
    played.deploy()
    played.coordinators.handle({ type: 'coordinator-failed', ...about, error: serializeError(new Error('broken')) })
    assert.deepEqual(played.failures, ['source: broken'])
  })

  it('are closed when each has said so, or its worker is gone', () => {
    const played = new Played()
    assert.deepEqual(played.coordinators.open, [])
    played.deploy()
    assert.equal(played.coordinators.open.length, 2)
    played.coordinators.handle({ type: 'coordinator-closing', ...about })
    played.coordinators.handle({ type: 'coordinator-closed', ...about })
    assert.deepEqual([played.closing, played.closed, played.coordinators.open.length], [[0], 1, 1])
    played.coordinators.workerExited(1)
    assert.equal(played.closed, 1)
    played.coordinators.workerExited(0)
    assert.deepEqual([played.closed, played.coordinators.open], [2, []])
  })
})
