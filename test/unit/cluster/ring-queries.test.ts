import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RingQueries } from '../../../src/cluster/ring-queries.js'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { AnsweredQuery, QueryState, StateQueried } from '../../../src/runtime/protocol/state-queries.js'
import { RingQuestions } from '../../../src/runtime/taskmanager/taskexecutor/ring-questions.js'
import { turn } from '../../operators/operator-harness.js'

const [AWAKE, ASLEEP] = [0, 1]

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
function sides(onEach: () => void = () => undefined) {
  const workerBell = allocateBell()
  const answers: StateQueried[] = []
  const asked: QueryState[] = []
  const clock = new ManualClock()
  const onAnswer = (answer: StateQueried): void => {
    answers.push(answer)
    onEach()
  }
  const main = new RingQueries({ bell: workerBell, clock, onAnswer })
  const mainBell = new Int32Array(main.memory.answerBell)
  const worker = new RingQuestions(main.memory, (query) => asked.push(query))
  return { main, worker, clock, workerBell: new Int32Array(workerBell), mainBell, asked, answers }
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
  it('wake the worker, which wakes nobody while the main thread looks for its answers', () => {
    const { main, worker, clock, workerBell, mainBell, asked, answers } = sides()
    for (let queryId = 1; queryId <= 200; queryId += 1) {
      workerBell[0] = ASLEEP
      assert.equal(main.ask(question(queryId)), true)
      assert.deepEqual([workerBell[0], worker.hasMessages, clock.pendingTimers], [AWAKE, true, 1])
      worker.take()
      assert.deepEqual(asked.pop(), question(queryId))
      assert.equal(mainBell[0], AWAKE)
      assert.equal(worker.answer(answersOf(values(queryId, 'value'))), undefined)
      assert.deepEqual(answers, [])
      clock.advance(1)
      assert.deepEqual(answers.splice(0), [answersOf(values(queryId, 'value'))])
    }
  })

  it('are looked after for a while only: an answer that comes late wakes the main thread', async () => {
    const { main, worker, clock, mainBell, answers } = sides()
    for (let queryId = 1; queryId <= 5; queryId += 1) {
      main.ask(question(queryId))
      clock.advance(100)
      assert.deepEqual([clock.pendingTimers, mainBell[0]], [0, ASLEEP])
      worker.answer(answersOf(values(queryId, 'late')))
      await until(() => answers.length > 0)
      assert.deepEqual(answers.splice(0), [answersOf(values(queryId, 'late'))])
      await until(() => mainBell[0] === ASLEEP)
      worker.answer(answersOf(values(queryId, 'once more')))
      await until(() => answers.length > 0)
      assert.deepEqual(answers.splice(0), [answersOf(values(queryId, 'once more'))])
    }
  })

  it('may be asked by whoever is given an answer, and are looked after no more often', () => {
    const { main, worker, clock, asked } = sides(() => main.ask(question(2)))
    main.ask(question(1))
    for (let turns = 0; turns < 10; turns += 1) {
      worker.take()
      worker.answer(answersOf(values(1, 'value')))
      clock.advance(1)
      assert.deepEqual([asked.length, clock.pendingTimers], [turns + 1, 1])
    }
  })

  it('are looked after again when one is asked while the main thread sleeps, or is being woken', async () => {
    const { main, worker, clock, mainBell, answers } = sides()
    main.ask(question(1))
    clock.advance(100)
    main.ask(question(2))
    assert.deepEqual([clock.pendingTimers, mainBell[0]], [1, AWAKE])
    worker.answer(answersOf(values(2, 'seen')))
    clock.advance(1)
    assert.equal(answers.length, 1)
    clock.advance(100)
    worker.answer(answersOf(values(1, 'rung for')))
    main.ask(question(3))
    worker.answer(answersOf(values(3, 'seen')))
    await until(() => answers.length === 3)
    assert.equal(clock.pendingTimers, 1)
    clock.advance(100)
    assert.deepEqual([clock.pendingTimers, mainBell[0]], [0, ASLEEP])
  })

  it('have to go as messages where they are too large, or find no room', async () => {
    const { main, worker, clock, asked, answers } = sides()
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
    clock.advance(1)
    const answered = answers.flatMap((message) => message.answered.map(({ queryId }) => queryId))
    assert.deepEqual(answered, [
      1,
      4,
      ...many.map(({ queryId }) => queryId).filter((id) => !left.answered.some(({ queryId }) => id === queryId)),
    ])
  })

  it('are none any more where the worker has ended, nor are answers that came before', async () => {
    for (const waitedMs of [0, 100]) {
      const { main, worker, clock, answers } = sides()
      main.ask(question(1))
      clock.advance(waitedMs)
      worker.answer(answersOf(values(1, 'late')))
      main.close()
      assert.equal(main.ask(question(2)), false)
      clock.advance(100)
      for (let turns = 0; turns < 20; turns += 1) await turn()
      assert.deepEqual([answers, clock.pendingTimers], [[], 0])
    }
  })
})
