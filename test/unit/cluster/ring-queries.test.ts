import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RingQueries } from '../../../src/cluster/ring-queries.js'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import type { AnsweredQuery, QueryState, StateQueried } from '../../../src/runtime/protocol/state-queries.js'
import { RingQuestions } from '../../../src/runtime/taskmanager/taskexecutor/ring-questions.js'
import { turn } from '../../operators/operator-harness.js'

function question(queryId: number, key = 'key'): QueryState {
  return { type: 'query-state', executionId: 'e', queryId, name: 'counts', keys: [key], limitBytes: 1000 }
}

function answersOf(...answered: readonly AnsweredQuery[]): StateQueried {
  return { type: 'state-queried', executionId: 'e', answered }
}

function values(queryId: number, value: string): AnsweredQuery {
  return { queryId, answer: { kind: 'values', values: [value] } }
}

/** Both sides in this thread; the worker's bell is looked at. */
function sides() {
  const workerBell = allocateBell()
  const answers: StateQueried[] = []
  const asked: QueryState[] = []
  const main = new RingQueries(workerBell, (answer) => answers.push(answer))
  const worker = new RingQuestions(main.memory, (query) => asked.push(query))
  return { main, worker, workerBell: new Int32Array(workerBell), asked, answers }
}

/** Atomics.waitAsync alone does not keep a thread alive. */
async function until(condition: () => boolean): Promise<void> {
  const alive = setInterval(() => undefined, 1000)
  try {
    while (!condition()) await turn()
  } finally {
    clearInterval(alive)
  }
}

describe('Questions about state in shared memory', () => {
  it('wake the worker, and their answers wake the main thread, again and again', async () => {
    const { main, worker, workerBell, asked, answers } = sides()
    for (let queryId = 1; queryId <= 200; queryId += 1) {
      workerBell[0] = 1
      assert.equal(main.ask(question(queryId)), true)
      assert.deepEqual([workerBell[0], worker.hasMessages], [0, true])
      worker.take()
      assert.deepEqual(asked.pop(), question(queryId))
      assert.equal(worker.answer(answersOf(values(queryId, 'value'))), undefined)
      assert.equal(answers.length, 0)
      await until(() => answers.length > 0)
      assert.deepEqual(answers.splice(0), [answersOf(values(queryId, 'value'))])
    }
  })

  it('have to go as messages where they are too large, or find no room', async () => {
    const { main, worker, asked, answers } = sides()
    assert.equal(main.ask(question(1, 'k'.repeat(1000))), false)
    const taken = Array.from({ length: 100 }, (_, index) => main.ask(question(index)))
    const room = taken.indexOf(false)
    assert.ok(room > 10 && !taken.slice(room).includes(true))
    worker.take()
    assert.equal(asked.length, room)
    assert.equal(main.ask(question(1)), true)
    const large = values(2, 'v'.repeat(5000))
    const failed = { queryId: 3, answer: { kind: 'not-made' } } as const
    assert.deepEqual(worker.answer(answersOf(values(1, 'v'), large, failed, values(4, 'w'))), answersOf(large, failed))
    const many = Array.from({ length: 100 }, (_, index) => values(10 + index, 'v'))
    const left = worker.answer(answersOf(...many))
    assert.ok(left !== undefined && left.answered.length > 10 && left.answered.length < 90)
    await until(() => answers.length > 0)
    const answered = answers.flatMap((message) => message.answered.map(({ queryId }) => queryId))
    assert.deepEqual(answered, [
      1,
      4,
      ...many.map(({ queryId }) => queryId).filter((id) => !left.answered.some(({ queryId }) => id === queryId)),
    ])
  })

  it('are answered where the answer came before anybody lay down to wait for it', async () => {
    const { main, worker, answers } = sides()
    worker.answer(answersOf(values(1, 'early')))
    assert.equal(main.ask(question(2)), true)
    assert.equal(answers.length, 0)
    await until(() => answers.length > 0)
    assert.deepEqual(answers, [answersOf(values(1, 'early'))])
  })

  it('are none any more where the worker has ended, nor are answers that came before', async () => {
    const { main, worker, answers } = sides()
    main.ask(question(1))
    worker.answer(answersOf(values(1, 'late')))
    main.close()
    assert.equal(main.ask(question(2)), false)
    for (let turns = 0; turns < 20; turns += 1) await turn()
    assert.deepEqual(answers, [])
  })
})
