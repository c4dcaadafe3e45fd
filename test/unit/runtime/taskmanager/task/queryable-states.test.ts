import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyBytes } from '../../../../../src/core/keygroups/canonical-key.js'
import type { DataOutputView } from '../../../../../src/core/memory/data-output-view.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { QueryState, StateQueried } from '../../../../../src/runtime/protocol/state-queries.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import type { QueryableState } from '../../../../../src/runtime/taskmanager/state/queryable-state.js'
import { Mailbox } from '../../../../../src/runtime/taskmanager/task/mailbox.js'
import { TaskQueryableStates } from '../../../../../src/runtime/taskmanager/task/queryable-states.js'
import type { TaskControl } from '../../../../../src/runtime/taskmanager/task/task-control.js'

const OWNER = { operatorId: 'o', operatorName: 'Count', keyKind: 'auto' } as const

/** A state in which each key takes `costMs` to read; it has no key that begins with `-`. */
function stateOf(write: (key: string, output: DataOutputView) => void): QueryableState {
  return {
    queryableName: 'counts',
    metadata: { name: 'count', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 },
    writeValueOf: (key, _hash, output) => {
      if (typeof key !== 'string' || key.startsWith('-')) return false
      write(key, output)
      return true
    },
  }
}

function statesOf(isRestored = false, isRunning = true) {
  const clock = new ManualClock()
  const sent: WorkerToMaster[] = []
  const mailbox = new Mailbox(() => undefined)
  const control = { mailbox, life: { isRunning } } as unknown as Pick<TaskControl, 'mailbox' | 'life'>
  const states = new TaskQueryableStates({
    executionId: 'e',
    maxParallelism: 128,
    isRestored,
    control,
    clock,
    send: (message) => sent.push(message),
  })
  const ask = (keys: readonly string[], limitBytes = 1000): void => {
    const query: QueryState = {
      type: 'query-state',
      executionId: 'e',
      queryId: 7,
      name: 'counts',
      keys: keys.map((key) => Buffer.from(keyBytes(key, 'auto')).toString('latin1')),
      limitBytes,
    }
    states.arrived(query)
  }
  const answers = (): unknown[] =>
    sent
      .filter((message): message is StateQueried => message.type === 'state-queried')
      .flatMap(({ answered }) => answered.map(({ answer }) => answer))
  return { states, clock, mailbox, ask, answers, sent }
}

describe('The states of a task that may be asked about', () => {
  it('are told of when they are made, and read as mail, in slices between which records come', () => {
    const { states, clock, mailbox, ask, answers, sent } = statesOf()
    const costly = (key: string, output: DataOutputView): void => {
      output.writeUtf8(key)
      clock.advance(0.4)
    }
    states.register(OWNER, stateOf(costly))
    const [told] = sent
    assert.equal(told?.type === 'queryable-state-registered' && told.info.name, 'counts')
    ask(['a', 'b', '-c', 'd', 'e', 'f', 'g'])
    assert.deepEqual(answers(), [])
    const turns: number[] = []
    for (let turn = 1; !mailbox.isEmpty; turn += 1) {
      mailbox.drain()
      turns.push(answers().length)
    }
    assert.deepEqual(turns, [0, 1])
    const [answer] = answers() as [{ kind: string; values: (string | undefined)[] }]
    assert.deepEqual(
      answer.values.map((value) => value?.slice(1)),
      ['a', 'b', undefined, 'd', 'e', 'f', 'g'],
    )
  })

  it('are answered together in one message, where they were asked about together', () => {
    const { states, mailbox, ask, answers, sent } = statesOf()
    states.register(
      OWNER,
      stateOf((key, output) => {
        output.writeUtf8(key)
      }),
    )
    sent.length = 0
    for (const key of ['a', 'b', 'c']) ask([key])
    mailbox.drain()
    assert.deepEqual([sent.length, answers().length], [1, 3])
    ask(['d'])
    mailbox.drain()
    assert.deepEqual([sent.length, answers().length], [2, 4])
  })

  it('let records come between questions, too, and short ones before the rest of a long one', () => {
    const { states, clock, mailbox, ask, answers } = statesOf()
    const costly = (key: string, output: DataOutputView): void => {
      output.writeUtf8(key)
      clock.advance(0.4)
    }
    states.register(OWNER, stateOf(costly))
    ask(Array.from({ length: 9 }, () => 'long'))
    for (let count = 0; count < 6; count += 1) ask(['short'])
    const turns: number[] = []
    for (let turn = 1; !mailbox.isEmpty; turn += 1) {
      mailbox.drain()
      turns.push(answers().length)
    }
    assert.deepEqual(turns, [0, 3, 6, 6, 7])
  })

  it('are not written far beyond the limit of a question', () => {
    const { states, mailbox, ask, answers } = statesOf()
    let written = 0
    const endless = (_: string, output: DataOutputView): void => {
      for (let count = 0; count < 1e6; count += 1) {
        output.writeInt32(count)
        written = output.position
      }
    }
    states.register(OWNER, stateOf(endless))
    ask(['a'], 100_000)
    mailbox.drain()
    const [tooLarge] = answers() as { kind: string; error: { code?: string } }[]
    assert.equal(tooLarge?.error.code, 'STATE_ANSWER_TOO_LARGE')
    assert.ok(written < 200_000)
    ask(['a', '-b'], 100_000)
    ask(['-b'], 100_000)
    mailbox.drain()
    assert.deepEqual(answers().slice(2), [{ kind: 'values', values: [undefined] }])
  })

  it('have no value where they were not made yet; of a task that was restored nobody knows', () => {
    for (const [isRestored, isRunning, expected] of [
      [false, true, { kind: 'values', values: [undefined, undefined] }],
      [true, true, { kind: 'not-made' }],
      [false, false, { kind: 'not-made' }],
    ] as const) {
      const { mailbox, ask, answers } = statesOf(isRestored, isRunning)
      ask(['a', 'b'])
      mailbox.drain()
      assert.deepEqual(answers(), [expected])
    }
  })

  it('tell whoever asks what went wrong, and the task goes on', () => {
    const { states, mailbox, ask, answers } = statesOf()
    const failing = (key: string, output: DataOutputView): void => {
      if (key === 'bad') throw new Error('no bytes')
      output.writeUtf8(key)
    }
    states.register(OWNER, stateOf(failing))
    ask(['a', 'bad'])
    ask(['a value of some length', 'another one'], 24)
    mailbox.drain()
    const [failed, tooLarge] = answers() as { kind: string; error: { message: string; code?: string } }[]
    assert.deepEqual([failed?.kind, failed?.error.message], ['failed', 'no bytes'])
    assert.equal(tooLarge?.error.code, 'STATE_ANSWER_TOO_LARGE')
  })
})
