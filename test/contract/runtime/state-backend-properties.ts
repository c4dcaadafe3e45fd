import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type {
  KeyedStateBackend,
  KeyedStateSnapshot,
} from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { VOID_NAMESPACE } from '../../../src/runtime/taskmanager/state/namespace-type.js'
import {
  EMPTY_SUBTASK_STATE,
  streamHandlesOfSubtask,
  type KeyedStateHandle,
  type StreamStateHandle,
} from '../../../src/storage/state-handles.js'
import { AllStates, backendOf, restored, type BackendUnderTest } from './state-backend.contract.js'
import { MemoryStreams, SteppedSlices } from './state-backend-streams.js'
import { rounds } from '../../runner/rounds.js'

const KEYS = [0, 1, 'a', 'b', 'c', 'd', [1, 'x']]

type Step =
  | { readonly kind: 'change'; readonly change: number; readonly key: number; readonly argument: number }
  | { readonly kind: 'begin' | 'savepoint' }
  | { readonly kind: 'slice' | 'cancel' | 'complete'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: changeStep() },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'begin' }, { kind: 'begin' }, { kind: 'savepoint' }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('slice' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('complete' as const), which: fc.nat(4) }) },
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
  readonly handles: Promise<readonly KeyedStateHandle[]>
  /** Undefined for a savepoint, on which nothing builds. */
  readonly checkpointId: number | undefined
}

/** Keys beside those that change: with them what changed is little. */
const QUIET_KEYS = 60

class Model {
  readonly states: AllStates
  /** The same records without a snapshot: reading the others might count as a change. */
  readonly #shadow: AllStates
  /** How often bytes were named again that an earlier checkpoint wrote. */
  shared = 0
  readonly #named = new Set<StreamStateHandle>()
  readonly #kind: BackendUnderTest
  readonly #isIncremental: boolean
  #running: Running[] = []
  #nextId = 1
  /** The newest that is complete. */
  #completedId: number | undefined

  static async of(kind: BackendUnderTest, isIncremental: boolean): Promise<Model> {
    const living = await backendOf(kind, { maxParallelism: 4, keyGroups: { start: 0, end: 3 } })
    return new Model(kind, isIncremental, living, await backendOf(kind))
  }

  private constructor(
    kind: BackendUnderTest,
    isIncremental: boolean,
    living: KeyedStateBackend,
    shadow: KeyedStateBackend,
  ) {
    this.#kind = kind
    this.#isIncremental = isIncremental
    this.states = new AllStates(living)
    this.#shadow = new AllStates(shadow)
    countAll(living)
    for (let key = 0; key < QUIET_KEYS; key += 1) this.states.at(`quiet ${String(key)}`).value.update({ n: key })
  }

  async run(next: Step): Promise<void> {
    switch (next.kind) {
      case 'change':
        for (const states of [this.states, this.#shadow]) {
          CHANGES[next.change]?.(states.at(KEYS[next.key]), next.argument)
        }
        break
      case 'begin':
        this.#begin(this.#isIncremental)
        break
      case 'savepoint':
        this.#begin(false)
        break
      case 'slice':
        await this.#running[next.which]?.stepped.advance()
        break
      case 'cancel':
        await this.#cancel(next.which)
        break
      case 'complete':
        await this.#complete(next.which)
        break
    }
  }

  async finish(): Promise<void> {
    while (this.#running.length > 0) await this.#complete(0)
    for (const { backend } of [this.states, this.#shadow]) await backend.dispose()
  }

  /** What it wrote is what there was, and the next ones may build on it. */
  async #complete(which: number): Promise<void> {
    const [running] = this.#running.splice(which, 1)
    if (running === undefined) return
    const { entries, stepped, snapshot, expected, checkpointId } = running
    const handles = await stepped.finish(running.handles)
    snapshot.release()
    const then = await restored(this.#kind, [handles], { maxParallelism: 4, keyGroups: { start: 0, end: 3 } })
    assert.deepEqual(contentsOf(new AllStates(then)), expected)
    assert.equal(then.numberOfEntries(), entries)
    countAll(then)
    // A key that changed after whole state counts again, where what comes back is not looked at.
    const mayCountTwice = handles.some(({ isDelta }) => isDelta)
    assertCounted(then, mayCountTwice ? (counted, keys) => assert.ok(counted >= keys, String(counted)) : assert.equal)
    await then.dispose()
    for (const handle of streamHandlesOfSubtask({ ...EMPTY_SUBTASK_STATE, managedKeyed: handles })) {
      if (this.#named.has(handle)) this.shared += 1
      this.#named.add(handle)
    }
    if (checkpointId === undefined) return
    if (checkpointId > (this.#completedId ?? 0)) this.#completedId = checkpointId
  }

  #begin(isIncremental: boolean): void {
    const expected = contentsOf(this.#shadow)
    this.states.backend.clearCurrentKey()
    const entries = this.states.backend.numberOfEntries()
    assertCounted(this.states.backend, assert.equal)
    const checkpointId = this.#nextId++
    const increment = { checkpointId, baseCheckpointId: this.#completedId }
    const snapshot = this.states.backend.snapshot(isIncremental ? increment : undefined)
    const stepped = new SteppedSlices()
    const handles = snapshot.write(new MemoryStreams(), stepped.slices)
    const idOrNone = isIncremental ? checkpointId : undefined
    this.#running.push({ entries, expected, snapshot, stepped, handles, checkpointId: idOrNone })
  }

  async #cancel(which: number): Promise<void> {
    const [running] = this.#running.splice(which, 1)
    if (running === undefined) return
    running.stepped.slices.cancel(new Error('cancelled'))
    await running.handles.catch(() => undefined)
    running.snapshot.release()
  }
}

const STATES = ['value', 'list', 'map', 'reducing', 'aggregating']

function countAll(backend: KeyedStateBackend): void {
  for (const state of STATES) backend.countEntriesOf?.(state)
}

/** What the backend counts of each state, where it counts. Of maps it may not know, once it wrote removals of one that it had not read. */
function assertCounted(backend: KeyedStateBackend, compare: (counted: number, keys: number) => void): void {
  const counts = backend.entryCounts?.()
  if (counts === undefined) return
  for (const state of STATES) {
    const counted = counts[state]
    if (counted === undefined) assert.equal(state, 'map')
    else compare(counted, [...backend.getKeys(state, VOID_NAMESPACE)].length)
  }
}

function contentsOf(states: AllStates): unknown[] {
  return KEYS.map((key) => states.contents(key))
}

function changeTo(change: number, key: number, argument: number): Step {
  return { kind: 'change', change, key, argument }
}

/** Where there is hardly any room, a removal is written of a map that has left memory. */
const MAP_OF_UNKNOWN_SIZE: Step[] = [
  changeTo(6, 1, 2),
  changeTo(0, 0, 0),
  changeTo(0, 1, 0),
  changeTo(6, 1, 3),
  changeTo(6, 1, 0),
  changeTo(3, 0, 0),
  { kind: 'begin' },
  changeTo(6, 2, 0),
  { kind: 'begin' },
  changeTo(7, 1, 1),
  changeTo(6, 0, 0),
  changeTo(0, 0, 0),
  { kind: 'begin' },
]

/** So many that some checkpoint builds on another one. */
const ENOUGH_RUNS = 20

/** Random records between the slices of any number of snapshots; the oracle is a deep copy at each snapshot's begin. */
export function keyedStateBackendProperties(kind: BackendUnderTest): void {
  const numRuns = rounds(kind.numRuns ?? 100)
  describe(`${kind.name} under random records and snapshots`, () => {
    for (const isIncremental of [false, true]) {
      const what = isIncremental ? 'incremental checkpoint, and each savepoint between them,' : 'snapshot'
      it(`restores each ${what} to what was there when it began`, async () => {
        let shared = 0
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
            const model = await Model.of(kind, isIncremental)
            for (const next of steps) await model.run(next)
            await model.finish()
            shared += model.shared
          }),
          { numRuns, examples: [[MAP_OF_UNKNOWN_SIZE]] },
        )
        if (isIncremental && numRuns >= ENOUGH_RUNS) assert.ok(shared > 0)
        else if (!isIncremental) assert.equal(shared, 0)
      })
    }
  })
}
