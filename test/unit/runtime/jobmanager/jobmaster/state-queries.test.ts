import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { hashKey, keyBytes } from '../../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../../src/core/keygroups/key-group-assignment.js'
import { DataOutputView } from '../../../../../src/core/memory/data-output-view.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { QueryableStateNames } from '../../../../../src/runtime/jobmanager/jobmaster/queryable-state-names.js'
import { StateQueries } from '../../../../../src/runtime/jobmanager/jobmaster/state-queries.js'
import type { QueryState, QueryableStateInfo, StateAnswer } from '../../../../../src/runtime/protocol/state-queries.js'
import { sampleGraph } from '../sample-graphs.js'

const INFO: QueryableStateInfo = {
  name: 'counts',
  operatorId: 'v',
  operatorName: 'Count',
  state: { name: 'count', kind: 'value', typeFingerprint: 'LONG', schemaVersion: 0 },
  keyKind: 'auto',
  maxParallelism: 128,
}

function asked(...keys: readonly unknown[]): Uint8Array[] {
  return keys.map((key) => {
    const output = new DataOutputView()
    structuredSerializer().serialize(key, output)
    return output.toBytes()
  })
}

/** A vertex of two subtasks that run, and have told of their state. */
function queriesOf(infos: readonly QueryableStateInfo[] = [INFO]) {
  const graph = sampleGraph([{ id: 'v', parallelism: 2 }])
  const executions = new ExecutionGraph(graph, (_, subtask) => ({ worker: subtask, slot: 0 }), 0)
  const clock = new ManualClock()
  const sent: QueryState[] = []
  const failures: Error[] = []
  const registered: string[] = []
  const queries = new StateQueries({
    executions,
    clock,
    sendTo: (_execution, message) => {
      if (message.type === 'query-state') sent.push(message)
    },
    failAttempt: (error) => failures.push(error),
    onRegistered: ({ name }) => registered.push(name),
  })
  for (const execution of executions.all()) {
    for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
    for (const info of infos) {
      queries.registered({ type: 'queryable-state-registered', executionId: execution.id, info })
    }
  }
  const answer = ({ executionId, queryId }: QueryState, given: StateAnswer): void => {
    queries.answered({ type: 'state-queried', executionId, answered: [{ queryId, answer: given }] })
  }
  const ask = (keys: readonly Uint8Array[], name = 'counts') => queries.query({ name, keys, timeoutMs: 1000 })
  return { queries, executions, clock, sent, failures, registered, answer, ask }
}

const subtaskOf = (key: unknown): number => operatorIndexForKeyGroup(128, 2, keyGroupForHash(hashKey(key, 'auto'), 128))

describe('Questions about the state of tasks', () => {
  it('go to the subtask that has the key, with all of its keys at once, and come back in their order', async () => {
    const { ask, sent, answer, clock, registered } = queriesOf()
    assert.deepEqual(registered, ['counts'])
    const keys = Array.from({ length: 20 }, (_, index) => `key ${String(index)}`)
    const result = ask(asked(...keys))
    assert.deepEqual(sent.map(({ executionId }) => executionId).sort(), ['v_0_0', 'v_1_0'])
    for (const question of sent) {
      const subtask = Number(/_(\d)_/.exec(question.executionId)?.[1])
      const its = keys.filter((key) => subtaskOf(key) === subtask)
      assert.deepEqual(
        question.keys.map((text) => Buffer.from(text, 'latin1')),
        its.map((key) => Buffer.from(keyBytes(key, 'auto'))),
      )
      answer(question, { kind: 'values', values: its.map((key) => (key === 'key 3' ? undefined : key)) })
    }
    const { kind, values } = (await result) as { kind: string; values: readonly (Buffer | undefined)[] }
    assert.equal(kind, 'values')
    assert.deepEqual(
      values.map((value) => value?.toString()),
      keys.map((key) => (key === 'key 3' ? undefined : key)),
    )
    assert.equal(clock.pendingTimers, 0)
  })

  it('end after their time, and a later answer is passed over', async () => {
    const { ask, sent, answer, clock } = queriesOf()
    const result = ask(asked('a'))
    clock.advance(1000)
    await assert.rejects(result, {
      code: 'STATE_QUERY_TIMED_OUT',
      message: /within 1000 ms: v \([12]\/2\) did not answer/,
    })
    for (const question of sent) answer(question, { kind: 'values', values: [undefined] })
    assert.equal(clock.pendingTimers, 0)
  })

  it('are not answered by what a task of an earlier attempt says late', async () => {
    const { ask, sent, answer } = queriesOf()
    const result = ask(asked('a'))
    for (const question of sent) {
      answer({ ...question, executionId: question.executionId.replace(/0$/, '7') }, { kind: 'values', values: ['old'] })
      answer(question, { kind: 'values', values: ['new'] })
    }
    const { values } = (await result) as unknown as { values: readonly Buffer[] }
    assert.equal(String(values[0]), 'new')
  })

  it('end when the task is cancelled, and are not put to one that does not run', async () => {
    const { ask, executions, queries, clock } = queriesOf()
    const result = ask(asked('a'))
    const execution = executions.execution('v', subtaskOf('a'))
    execution.tryMove('CANCELING', 0)
    queries.executionMoved(execution)
    const reason = `${execution.taskNameWithSubtask} is CANCELING`
    assert.deepEqual(await result, { kind: 'unavailable', reason })
    assert.deepEqual(await ask(asked('a')), { kind: 'unavailable', reason })
    assert.equal(clock.pendingTimers, 0)
  })

  it('about what a restored task has not asked for yet have no answer, and what fails is told as it was', async () => {
    const { ask, sent, answer } = queriesOf()
    const [unknown, failed] = [ask(asked('a')), ask(asked('a'))]
    const [first, second] = sent
    assert.ok(first !== undefined && second !== undefined)
    answer(first, { kind: 'not-made' })
    const { kind, reason } = (await unknown) as { kind: string; reason: string }
    assert.deepEqual([kind, /has not asked for the state since it was restored/.test(reason)], ['unavailable', true])
    const error = new FlinkError('STATE_ANSWER_TOO_LARGE', { name: 'counts', limitBytes: 1 })
    answer(second, { kind: 'failed', error: serializeError(error) })
    await assert.rejects(failed, { code: 'STATE_ANSWER_TOO_LARGE' })
  })

  it('are refused where the answers together are too large, the key is none, or too many are under way', async () => {
    const { ask, sent, answer } = queriesOf()
    const result = ask(asked(...Array.from({ length: 12 }, (_, index) => `key ${String(index)}`)))
    assert.equal(sent.length, 2)
    for (const question of sent) {
      answer(question, { kind: 'values', values: question.keys.map(() => 'v'.repeat(2 * 1024 * 1024)) })
    }
    await assert.rejects(result, { code: 'STATE_ANSWER_TOO_LARGE', message: /over 16777216 bytes/ })
    await assert.rejects(ask(asked(null)), { code: 'STATE_QUERY_INVALID', message: /a key of it, it is null/ })
    await assert.rejects(ask([Uint8Array.of(9)]), { code: 'STATE_QUERY_INVALID', message: /a key cannot be read/ })
    for (let count = 0; count < 1000; count += 1) void ask(asked('a'))
    const { kind, reason } = (await ask(asked('a'))) as { kind: string; reason: string }
    assert.deepEqual([kind, reason], ['unavailable', "1000 questions about the job's state are under way"])
  })

  it('cannot be put where two states have one name, which fails the attempt at once', () => {
    const other = { ...INFO, operatorId: 'w', operatorName: 'Sum', state: { ...INFO.state, name: 'sum' } }
    const { failures } = queriesOf([INFO, other])
    const [failure] = failures
    assert.ok(FlinkError.is(failure, 'QUERYABLE_NAME_TAKEN'))
    assert.match(
      failure.message,
      /'counts' is there twice in the job: as state 'count' of 'Count' and as state 'sum' of 'Sum'/,
    )
    assert.equal(failure.recovery, 'fail')
    assert.deepEqual(queriesOf([INFO, INFO]).failures, [])
  })
})

describe('The queryable states of a job', () => {
  it('are named to whoever asks for another one, when all tasks run', () => {
    const names = new QueryableStateNames()
    const job = { jobId: 'j', reason: 'the job is RUNNING' }
    const none = names.unknown('count', { ...job, isKnownToRun: true })
    assert.equal(none.code, 'QUERYABLE_STATE_UNKNOWN')
    assert.match(none.message, /^Job j has no queryable state 'count'\. It has none so far: descriptor\.setQueryable/)
    assert.deepEqual([names.add(INFO), names.add({ ...INFO })], [true, false])
    const near = names.unknown('count', { ...job, isKnownToRun: true })
    assert.match(near.message, /Did you mean 'counts'\? Its queryable states: counts\.$/)
    const early = names.unknown('count', { ...job, isKnownToRun: false })
    assert.equal(early.code, 'STATE_NOT_AVAILABLE')
    assert.match(early.message, /cannot be read now: the tasks of the job are starting/)
  })
})
