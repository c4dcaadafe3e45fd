import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyedPriorityQueue } from '../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { VOID_NAMESPACE, VOID_NAMESPACES } from '../../../src/runtime/taskmanager/state/namespace-type.js'
import { backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'
import { rounds } from '../../runner/rounds.js'

type Timer = readonly [key: unknown, timestamp: number]
type Step =
  | { readonly kind: 'put' | 'clear'; readonly key: unknown }
  | { readonly kind: 'add' | 'remove'; readonly key: unknown; readonly timestamp: number }
  | { readonly kind: 'poll' | 'restore' }

const textOf = (timer: Timer): string => JSON.stringify(timer)

/** A function's timers of two kinds, and its state, whose entry of a key comes and goes. */
class TimersAndState {
  readonly backend: KeyedStateBackend
  readonly queues: readonly KeyedPriorityQueue<undefined>[]
  readonly #state: ValueState<unknown>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    this.queues = ['event', 'processing'].map((name) => backend.getOrCreatePriorityQueue(name, VOID_NAMESPACES))
    this.#state = backend.getOrCreateKeyedState(new ValueStateDescriptor('state')) as unknown as ValueState<unknown>
  }

  /** Looks at the state of the key, as functions do before they set a timer. */
  at(key: unknown): ValueState<unknown> {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    this.#state.value()
    return this.#state
  }
}

/** What every backend promises of timers that are set again with each record, beside a state that comes and goes. */
export function timersOfKeysContract(kind: BackendUnderTest): void {
  const key = fc.constantFrom<unknown>('a', 'b', 'c', 3, [1, 2])
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.record({ kind: fc.constantFrom<('put' | 'clear')[]>('put', 'put', 'clear'), key }) },
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constantFrom<('add' | 'remove')[]>('add', 'add', 'remove'),
        key,
        timestamp: fc.nat(3),
      }),
    },
    { weight: 6, arbitrary: fc.constant({ kind: 'poll' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restore' as const }) },
  ) satisfies fc.Arbitrary<Step>

  describe(`${kind.name}, timers beside the state of their keys`, () => {
    it('are in their queue from when they are set until they fire or are deleted', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
          let all = new TimersAndState(await backendOf(kind))
          const expected = all.queues.map(() => new Map<string, Timer>())
          for (const [index, next] of steps.entries()) {
            if (next.kind === 'restore') all = new TimersAndState(await restored(kind, [await snapshotOf(all.backend)]))
            else takeStep(next, all, index % 2 === 0 ? 0 : 1, expected)
          }
          for (const [index, queue] of all.queues.entries()) {
            const rest: string[] = []
            for (let each = queue.poll(); each !== undefined; each = queue.poll())
              rest.push(textOf([each.key, each.timestamp]))
            assert.deepEqual(rest.sort(), [...(expected[index]?.keys() ?? [])].sort())
          }
        }),
        { numRuns: rounds(kind.numRuns ?? 50) },
      )
    })
  })
}

function takeStep(step: Step, all: TimersAndState, which: 0 | 1, expected: readonly Map<string, Timer>[]): void {
  const queue = all.queues[which]
  const oracle = expected[which]
  assert.ok(queue !== undefined && oracle !== undefined)
  switch (step.kind) {
    case 'put':
      all.at(step.key).update(1)
      break
    case 'clear':
      all.at(step.key).clear()
      break
    case 'add': {
      const timer = [step.key, step.timestamp] as const
      all.at(step.key)
      queue.add(VOID_NAMESPACE, step.timestamp)
      oracle.set(textOf(timer), timer)
      break
    }
    case 'remove':
      all.at(step.key)
      assert.equal(queue.remove(VOID_NAMESPACE, step.timestamp), oracle.delete(textOf([step.key, step.timestamp])))
      break
    default: {
      const polled = queue.poll()
      if (polled === undefined) assert.equal(oracle.size, 0)
      else assert.ok(oracle.delete(textOf([polled.key, polled.timestamp])))
    }
  }
  assert.equal(queue.size, oracle.size)
}
