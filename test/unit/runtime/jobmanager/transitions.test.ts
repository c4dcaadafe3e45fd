import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Execution } from '../../../../src/runtime/jobmanager/executiongraph/execution.js'
import {
  checkJobTransition,
  isTerminalJobStatus,
  type JobStatus,
} from '../../../../src/runtime/jobmanager/jobmaster/job-status.js'
import {
  EXECUTION_TRANSITIONS,
  isTerminal,
  type ExecutionState,
} from '../../../../src/runtime/protocol/execution-state.js'
import { TaskLife } from '../../../../src/runtime/taskmanager/task/task-life.js'
import { sampleGraph } from './sample-graphs.js'

/** Written down a second time, by hand, so that a change of the table is a decision and not a slip. */
const JOB_MOVES: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  INITIALIZING: ['CREATED', 'FAILED', 'CANCELED'],
  CREATED: ['RUNNING', 'FAILING', 'FAILED', 'CANCELLING', 'CANCELED'],
  RUNNING: ['FINISHED', 'RESTARTING', 'FAILING', 'CANCELLING'],
  RESTARTING: ['CREATED', 'RUNNING', 'FAILING', 'FAILED', 'CANCELLING', 'CANCELED'],
  FAILING: ['FAILED', 'CANCELLING'],
  CANCELLING: ['CANCELED', 'FAILED'],
  FAILED: [],
  CANCELED: [],
  FINISHED: [],
}

const TASK_MOVES: Readonly<Record<ExecutionState, readonly ExecutionState[]>> = {
  CREATED: ['SCHEDULED', 'CANCELED', 'FAILED'],
  SCHEDULED: ['DEPLOYING', 'CANCELED', 'FAILED'],
  DEPLOYING: ['INITIALIZING', 'CANCELING', 'FAILED'],
  INITIALIZING: ['RUNNING', 'CANCELING', 'FAILED'],
  RUNNING: ['FINISHED', 'CANCELING', 'FAILED'],
  CANCELING: ['CANCELED', 'FAILED'],
  FINISHED: [],
  CANCELED: [],
  FAILED: [],
}

const JOB_STATUSES = Object.keys(JOB_MOVES) as JobStatus[]
const TASK_STATES = Object.keys(TASK_MOVES) as ExecutionState[]

/** A way from CREATED to each state. */
const WAYS: Readonly<Record<ExecutionState, readonly ExecutionState[]>> = {
  CREATED: [],
  SCHEDULED: ['SCHEDULED'],
  DEPLOYING: ['SCHEDULED', 'DEPLOYING'],
  INITIALIZING: ['SCHEDULED', 'DEPLOYING', 'INITIALIZING'],
  RUNNING: ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'],
  CANCELING: ['SCHEDULED', 'DEPLOYING', 'CANCELING'],
  FINISHED: ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING', 'FINISHED'],
  CANCELED: ['CANCELED'],
  FAILED: ['FAILED'],
}

function executionIn(state: ExecutionState): Execution {
  const [vertex] = sampleGraph([{ id: 'v' }]).vertices
  assert.ok(vertex)
  const execution = new Execution({ id: 'v_0_0', vertex, subtaskIndex: 0, attemptNumber: 0, worker: 0, slot: 0 })
  for (const step of WAYS[state]) assert.ok(execution.tryMove(step, 1))
  return execution
}

describe('A job', () => {
  for (const from of JOB_STATUSES) {
    for (const to of JOB_STATUSES) {
      const isLegal = JOB_MOVES[from].includes(to)
      it(`${isLegal ? 'may' : 'must not'} go from ${from} to ${to}`, () => {
        if (isLegal) checkJobTransition(from, to)
        else assert.throws(() => checkJobTransition(from, to), { code: 'ASSERTION_FAILED' })
      })
    }
  }

  it('has ended in FINISHED, CANCELED and FAILED only', () => {
    assert.deepEqual(JOB_STATUSES.filter(isTerminalJobStatus).sort(), ['CANCELED', 'FAILED', 'FINISHED'])
  })

  it('can end from every state', () => {
    for (const status of JOB_STATUSES) assert.ok(reaches(JOB_MOVES, status, isTerminalJobStatus), status)
  })
})

describe('A task', () => {
  for (const from of TASK_STATES) {
    for (const to of TASK_STATES) {
      const isLegal = TASK_MOVES[from].includes(to)
      it(`${isLegal ? 'may' : 'must not'} go from ${from} to ${to}`, () => {
        assert.equal(EXECUTION_TRANSITIONS[from].includes(to), isLegal)
        const execution = executionIn(from)
        assert.equal(execution.tryMove(to, 7), isLegal)
        assert.equal(execution.state, isLegal ? to : from)
        assert.equal(execution.timestamps[to] === 7, isLegal)
      })
    }
  }

  it('has ended in FINISHED, CANCELED and FAILED only', () => {
    assert.deepEqual(TASK_STATES.filter(isTerminal).sort(), ['CANCELED', 'FAILED', 'FINISHED'])
  })

  it('can be ended from every state', () => {
    for (const state of TASK_STATES) assert.ok(reaches(TASK_MOVES, state, isTerminal), state)
  })

  it('reports every move once, in order, and crashes on an illegal one', () => {
    const reported: string[] = []
    const life = new TaskLife('v_0_0', (message) => {
      if (message.type === 'task-state-changed') reported.push(message.state)
    })
    life.moveTo('restoring')
    life.moveTo('running')
    assert.throws(() => life.moveTo('restoring'), { code: 'ASSERTION_FAILED' })
    for (const phase of ['finishing', 'awaitingFinalCheckpoint', 'draining', 'closing'] as const) life.moveTo(phase)
    life.moveTo('finished', { accumulators: {} })
    assert.throws(() => life.moveTo('failed', { error: new Error('late') }), { code: 'ASSERTION_FAILED' })
    assert.deepEqual(reported, ['INITIALIZING', 'RUNNING', 'FINISHED'])
  })
})

function reaches<S extends string>(
  moves: Readonly<Record<S, readonly S[]>>,
  from: S,
  isGoal: (state: S) => boolean,
  seen = new Set<S>(),
): boolean {
  if (isGoal(from)) return true
  seen.add(from)
  return moves[from].some((next) => !seen.has(next) && reaches(moves, next, isGoal, seen))
}
