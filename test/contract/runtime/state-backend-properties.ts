import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { AllStates, backendOf, restored, type BackendFactory } from './state-backend.contract.js'
import { MemoryStreams, SteppedSlices } from './state-backend-streams.js'

const KEYS = [0, 1, 'a', 'b', 'c', 'd', [1, 'x']]

type Step =
  | { readonly kind: 'change'; readonly change: number; readonly key: number; readonly argument: number }
  | { readonly kind: 'begin' }
  | { readonly kind: 'slice' | 'cancel'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: changeStep() },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'begin' }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('slice' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(9) }) },
)

function changeStep(): fc.Arbitrary<Step> {
  const fields = { kind: fc.constant('change' as const), change: fc.nat(9), key: fc.nat(6), argument: fc.nat(4) }
  return fc.record(fields)
}

/** Everything a record may do to state: replacing, changing in place, adding, removing. */
const CHANGES: readonly ((states: AllStates, argument: number) => void)[] = [
  ({ value }, n) => {
    value.update({ n, deep: [n] })
  },
  ({ value }, n) => {
    const current = value.value() as { n: number; deep: number[] } | null
    current?.deep.push(n)
    value.update(current)
  },
  ({ value }) => {
    value.clear()
  },
  ({ list }, n) => {
    list.add({ n })
  },
  ({ list }, n) => {
    for (const element of list.get() as Iterable<{ n: number }>) element.n += n
  },
  ({ list, map }) => {
    list.update([])
    map.clear()
  },
  ({ map }, n) => {
    map.put(n, { n })
  },
  ({ map }, n) => {
    const inner = map.get(n) as { n: number } | null
    if (inner !== null) inner.n += 1
    map.remove(n + 1)
  },
  ({ reducing, aggregating }, n) => {
    reducing.add(n)
    aggregating.add(n)
  },
  ({ aggregating, reducing }) => {
    aggregating.clear()
    reducing.clear()
  },
]

interface Running {
  readonly entries: number
  readonly expected: readonly unknown[]
  readonly snapshot: KeyedStateSnapshot
  readonly stepped: SteppedSlices
  readonly handle: Promise<KeyedStateHandle | undefined>
}

class Model {
  readonly states: AllStates
  readonly #create: BackendFactory
  readonly #running: Running[] = []

  constructor(create: BackendFactory) {
    this.#create = create
    this.states = new AllStates(backendOf(create, { maxParallelism: 4, keyGroups: { start: 0, end: 3 } }))
  }

  async run(next: Step): Promise<void> {
    switch (next.kind) {
      case 'change':
        CHANGES[next.change]?.(this.states.at(KEYS[next.key]), next.argument)
        break
      case 'begin':
        this.#begin()
        break
      case 'slice':
        await this.#running[next.which]?.stepped.advance()
        break
      case 'cancel':
        await this.#cancel(next.which)
        break
    }
  }

  async finish(): Promise<void> {
    for (const { entries, stepped, handle, snapshot, expected } of this.#running.splice(0)) {
      while (await stepped.advance());
      const written = await handle
      snapshot.release()
      const then = await restored(this.#create, [written], { maxParallelism: 4, keyGroups: { start: 0, end: 3 } })
      assert.deepEqual(contentsOf(new AllStates(then)), expected)
      assert.equal(then.numberOfEntries(), entries)
    }
  }

  #begin(): void {
    const expected = contentsOf(this.states)
    this.states.backend.clearCurrentKey()
    const entries = this.states.backend.numberOfEntries()
    const snapshot = this.states.backend.snapshot()
    const stepped = new SteppedSlices()
    const handle = snapshot.write(new MemoryStreams(), stepped.slices)
    this.#running.push({ entries, expected, snapshot, stepped, handle })
  }

  async #cancel(which: number): Promise<void> {
    const [running] = this.#running.splice(which, 1)
    if (running === undefined) return
    running.stepped.slices.cancel(new Error('cancelled'))
    await running.handle.catch(() => undefined)
    running.snapshot.release()
  }
}

function contentsOf(states: AllStates): unknown[] {
  return KEYS.map((key) => states.contents(key))
}

/** Random records between the slices of any number of snapshots; the oracle is a deep copy at each snapshot's begin. */
export function keyedStateBackendProperties(name: string, create: BackendFactory): void {
  describe(`${name} under random records and snapshots`, () => {
    it('restores each snapshot to what was there when it began', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
          const model = new Model(create)
          for (const next of steps) await model.run(next)
          await model.finish()
        }),
        { numRuns: 200 },
      )
    })
  })
}
