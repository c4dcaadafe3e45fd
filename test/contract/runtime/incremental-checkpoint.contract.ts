import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../src/core/keygroups/key-group-range.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import {
  AllStates,
  backendOf,
  MAX_PARALLELISM,
  restored,
  snapshotOf,
  type BackendUnderTest,
} from './state-backend.contract.js'
import { freeSlices, MemoryStreams, SteppedSlices } from './state-backend-streams.js'

const MANY_KEYS = 400

/** A backend whose checkpoints complete, each building on the one before. */
class Checkpointed {
  readonly states: AllStates
  readonly #backend: KeyedStateBackend
  #lastId: number | undefined
  #nextId = 1

  constructor(backend: KeyedStateBackend) {
    this.#backend = backend
    this.states = new AllStates(backend)
  }

  async checkpoint(): Promise<readonly KeyedStateHandle[]> {
    const handles = await this.abortedCheckpoint()
    this.#lastId = this.#nextId - 1
    return handles
  }

  /** It was written, but the JobMaster gave it up. */
  abortedCheckpoint(): Promise<readonly KeyedStateHandle[]> {
    this.#nextId += 1
    return snapshotOf(this.#backend, { checkpointId: this.#nextId - 1, baseCheckpointId: this.#lastId })
  }
}

function sizeOf(handles: readonly KeyedStateHandle[]): number[] {
  return handles.map(({ handle }) => (handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes))
}

function kindsOf(handles: readonly KeyedStateHandle[]): string {
  return handles.map(({ isDelta }) => (isDelta ? 'd' : 'W')).join('')
}

/** Of all kinds for each of many keys. */
async function withManyKeys(kind: BackendUnderTest): Promise<Checkpointed> {
  const checkpointed = new Checkpointed(await backendOf(kind))
  for (let index = 0; index < MANY_KEYS; index += 1) {
    const key = keyAt(index)
    const states = checkpointed.states.at(key)
    states.value.update({ n: index })
    states.list.add(index)
    states.map.put(index, { n: index })
    states.reducing.add(index)
    states.aggregating.add(index)
  }
  return checkpointed
}

function keyAt(index: number): unknown {
  return index % 3 === 0 ? index : `key ${String(index)}`
}

function allContents(states: AllStates): unknown[] {
  return Array.from({ length: MANY_KEYS }, (_, index) => states.contents(keyAt(index)))
}

/** What a backend promises that keeps objects and writes what changed since a completed checkpoint, as chains of whole state and deltas. */
export function incrementalCheckpointContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, an incremental checkpoint`, () => {
    describeContents(kind)
    describeBases(kind)
    describeRescaling(kind)
  })
}

function describeContents(kind: BackendUnderTest): void {
  it('writes what changed of each kind, in place or by a new value, and restores all', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    const whole = await checkpointed.checkpoint()
    const changes: [number, (at: AllStates) => unknown][] = [
      [0, ({ value }) => ((value.value() as { n: number }).n = -1)],
      [
        1,
        ({ list }) => {
          list.add('more')
        },
      ],
      [
        2,
        ({ map }) => {
          map.put('inner', 1)
        },
      ],
      [3, ({ map }) => ((map.get(3) as { n: number }).n = -3)],
      [
        4,
        ({ reducing }) => {
          reducing.add(1_000_000)
        },
      ],
      [
        5,
        ({ aggregating }) => {
          aggregating.add(7)
        },
      ],
      [
        6,
        ({ value, list }) => {
          value.clear()
          list.clear()
        },
      ],
      [
        7,
        ({ map }) => {
          map.remove(7)
        },
      ],
    ]
    for (const [index, change] of changes) change(states.at(keyAt(index)))
    states.at('new').value.update('new')
    const handles = await checkpointed.checkpoint()
    assert.equal(kindsOf(handles), 'Wd')
    const [, deltaBytes = Infinity] = sizeOf(handles)
    assert.ok(deltaBytes < (sizeOf(whole)[0] ?? 0) / 10, `${String(deltaBytes)} bytes for nine changes`)
    const again = new AllStates(await restored(kind, [handles]))
    assert.equal(again.backend.numberOfEntries(), states.backend.numberOfEntries())
    assert.deepEqual(allContents(again), allContents(states))
    assert.equal(again.at('new').value.value(), 'new')
  })

  it('tells a key that was removed and came again from one that is gone, also over several checkpoints', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.clear()
    states.at(keyAt(1)).value.clear()
    states.value.update('again')
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.update('late')
    states.at(keyAt(1)).value.clear()
    states.at('short-lived').value.update(1)
    states.value.clear()
    const again = new AllStates(await restored(kind, [await checkpointed.checkpoint()]))
    assert.equal(again.at(keyAt(0)).value.value(), 'late')
    assert.equal(again.at(keyAt(1)).value.value(), null)
    assert.equal(again.at('short-lived').value.value(), null)
    assert.deepEqual(allContents(again), allContents(states))
  })

  it('has no delta where nothing changed', async () => {
    const checkpointed = await withManyKeys(kind)
    const whole = await checkpointed.checkpoint()
    assert.deepEqual(await checkpointed.checkpoint(), whole)
  })

  it('carries a chain of state that nobody asks for any more into the next snapshot', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.clear()
    states.at(keyAt(1)).value.update('changed')
    const chain = await checkpointed.checkpoint()
    assert.equal(kindsOf(chain), 'Wd')
    const second = await restored(kind, [chain])
    const list = second.getOrCreateKeyedState(new ListStateDescriptor('list')) as ListState<unknown>
    second.setCurrentKey(keyAt(0), hashKey(keyAt(0), 'auto'))
    list.add('more')
    const third = new AllStates(await restored(kind, [await snapshotOf(second)]))
    assert.equal(third.at(keyAt(0)).value.value(), null)
    assert.deepEqual([...third.list.get()], [0, 'more'])
    assert.equal(third.at(keyAt(1)).value.value(), 'changed')
    assert.deepEqual(third.at(keyAt(2)).value.value(), { n: 2 })
  })

  it('writes what was there when it began, whatever records do meanwhile, and those in the next one', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    for (const index of [0, 1, 2]) states.at(keyAt(index)).value.update({ n: 'before' })
    const expected = allContents(new AllStates(await restored(kind, [await snapshotOf(states.backend)])))
    const snapshot = states.backend.snapshot({ checkpointId: 2, baseCheckpointId: 1 })
    const stepped = new SteppedSlices()
    const writing = snapshot.write(new MemoryStreams(), stepped.slices)
    ;(states.at(keyAt(0)).value.value() as { n: unknown }).n = 'meanwhile'
    states.at(keyAt(1)).value.clear()
    states.at(keyAt(3)).value.update('meanwhile')
    states.at(keyAt(4)).value.clear()
    const handles = await stepped.finish(writing)
    snapshot.release()
    assert.equal(kindsOf(handles), 'Wd')
    assert.deepEqual(allContents(new AllStates(await restored(kind, [handles]))), expected)
    const next = await snapshotOf(states.backend, { checkpointId: 3, baseCheckpointId: 2 })
    assert.equal(kindsOf(next), 'Wdd')
    assert.deepEqual(allContents(new AllStates(await restored(kind, [next]))), allContents(states))
  })
}

function describeBases(kind: BackendUnderTest): void {
  it('builds on the completed checkpoint, and not on one that was aborted after it', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.update('in one that is aborted')
    const aborted = await checkpointed.abortedCheckpoint()
    assert.equal(kindsOf(aborted), 'Wd')
    states.at(keyAt(1)).value.update('later')
    const handles = await checkpointed.checkpoint()
    assert.equal(kindsOf(handles), 'Wd')
    assert.notDeepEqual(handles[1], aborted[1])
    assert.deepEqual(allContents(new AllStates(await restored(kind, [handles]))), allContents(states))
  })

  it('is whole at first, after a restore, and when the named base is not known', async () => {
    const first = await withManyKeys(kind)
    const chain = [...(await first.checkpoint()), ...(await first.checkpoint())]
    const second = new Checkpointed(await restored(kind, [chain.slice(0, 1)]))
    assert.equal(kindsOf(await second.checkpoint()), 'W')
    const unknown = await snapshotOf(second.states.backend, { checkpointId: 9, baseCheckpointId: 8 })
    assert.equal(kindsOf(unknown), 'W')
  })

  it('is whole when a state was asked for only since', async () => {
    const checkpointed = await withManyKeys(kind)
    await checkpointed.checkpoint()
    const descriptor = new ListStateDescriptor<string>('later')
    const later = checkpointed.states.backend.getOrCreateKeyedState(descriptor) as ListState<string>
    checkpointed.states.at(keyAt(0))
    later.add('x')
    const handles = await checkpointed.checkpoint()
    assert.equal(kindsOf(handles), 'W')
    assert.equal(kindsOf(await checkpointed.checkpoint()), 'W')
    const again = await restored(kind, [handles])
    const found = again.getOrCreateKeyedState(descriptor) as ListState<string>
    again.setCurrentKey(keyAt(0), hashKey(keyAt(0), 'auto'))
    assert.deepEqual([...found.get()], ['x'])
  })

  it('leaves no trace in savepoints, nor they in it', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.update('a')
    const savepoint = await snapshotOf(states.backend)
    assert.equal(kindsOf(savepoint), 'W')
    states.at(keyAt(1)).value.update('b')
    const handles = await checkpointed.checkpoint()
    assert.equal(kindsOf(handles), 'Wd')
    assert.deepEqual(allContents(new AllStates(await restored(kind, [handles]))), allContents(states))
  })

  it('is whole again when the chain is long, or holds more than half of the whole state', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    let longest = 0
    for (let round = 0; round < 80; round += 1) {
      states.at(keyAt(round)).reducing.add(1_000_000 + round)
      longest = Math.max(longest, (await checkpointed.checkpoint()).length)
    }
    assert.equal(longest, 33)
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < MANY_KEYS / 5; index += 1) states.at(keyAt(index)).value.update({ round })
      const handles = await checkpointed.checkpoint()
      const [whole = 0, ...deltas] = sizeOf(handles)
      const withoutLast = deltas.slice(0, -1).reduce((sum, bytes) => sum + bytes, 0)
      assert.ok(withoutLast <= whole / 2, kindsOf(handles))
    }
    assert.deepEqual(
      allContents(new AllStates(await restored(kind, [await checkpointed.checkpoint()]))),
      allContents(states),
    )
  })

  it('is whole when more than half of the entries changed', async () => {
    const { value, backend } = new AllStates(await backendOf(kind))
    const update = (from: number, to: number, what: unknown): void => {
      for (let key = from; key < to; key += 1) {
        backend.setCurrentKey(key, hashKey(key, 'auto'))
        value.update(what)
      }
    }
    update(0, 5000, 1)
    await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined })
    update(0, 2400, 2)
    assert.equal(kindsOf(await snapshotOf(backend, { checkpointId: 2, baseCheckpointId: 1 })), 'Wd')
    update(2400, 2600, 2)
    const whole = await snapshotOf(backend, { checkpointId: 3, baseCheckpointId: 1 })
    assert.equal(kindsOf(whole), 'W')
    update(4000, 4001, 3)
    const handles = await snapshotOf(backend, { checkpointId: 4, baseCheckpointId: 3 })
    assert.equal(kindsOf(handles), 'Wd')
    const again = new AllStates(await restored(kind, [handles]))
    assert.deepEqual(
      [0, 2599, 2600, 4000].map((key) => again.at(key).value.value()),
      [2, 2, 1, 3],
    )
  })

  it('keeps what is to be written until one completes, however many are aborted', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    for (let round = 0; round < (kind.isSlow === true ? 80 : 200); round += 1) {
      states.at(keyAt(round)).value.update({ round })
      await checkpointed.abortedCheckpoint()
    }
    const handles = await checkpointed.checkpoint()
    assert.deepEqual(allContents(new AllStates(await restored(kind, [handles]))), allContents(states))
  })

  it('whose writing fails is none to build on', async () => {
    const checkpointed = await withManyKeys(kind)
    const { states } = checkpointed
    await checkpointed.checkpoint()
    states.at(keyAt(0)).value.update('a')
    const streams = new MemoryStreams()
    streams.failure = new Error('disk full')
    const snapshot = states.backend.snapshot({ checkpointId: 7, baseCheckpointId: 1 })
    await assert.rejects(snapshot.write(streams, freeSlices()), /disk full/)
    snapshot.release()
    const handles = await snapshotOf(states.backend, { checkpointId: 8, baseCheckpointId: 1 })
    assert.deepEqual(allContents(new AllStates(await restored(kind, [handles]))), allContents(states))
    assert.equal(kindsOf(await snapshotOf(states.backend, { checkpointId: 9, baseCheckpointId: 7 })), 'W')
  })
}

function describeRescaling(kind: BackendUnderTest): void {
  it('goes on with parallelism 3 and then 2 from chains of 1 and of 3', async () => {
    const ownerOf = (key: unknown, parallelism: number): number =>
      Math.floor((keyGroupForHash(hashKey(key, 'auto'), MAX_PARALLELISM) * parallelism) / MAX_PARALLELISM)
    const rangesOf = (parallelism: number): KeyGroupRange[] =>
      Array.from({ length: parallelism }, (_, index) =>
        keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index),
      )
    const expected = new AllStates(await backendOf(kind))
    const one = await withManyKeys(kind)
    for (let index = 0; index < MANY_KEYS; index += 1) {
      expected.at(keyAt(index)).value.update(one.states.at(keyAt(index)).value.value())
    }
    let handles: (readonly KeyedStateHandle[])[] = [await one.checkpoint()]
    let subtasks = [one]
    for (const [round, parallelism] of [1, 3, 2].entries()) {
      const before = subtasks
      for (let index = round; index < MANY_KEYS; index += 20) {
        const key = keyAt(index)
        for (const states of [expected, before[ownerOf(key, before.length)]?.states ?? assert.fail()]) {
          if (index % 3 === 0) states.at(key).value.clear()
          else states.at(key).value.update({ round, index })
        }
      }
      handles = await Promise.all(before.map((each) => each.checkpoint()))
      assert.ok(
        handles.every((each) => kindsOf(each) === 'Wd'),
        handles.map(kindsOf).join(' '),
      )
      subtasks = []
      for (const keyGroups of rangesOf(parallelism)) {
        const checkpointed = new Checkpointed(await restored(kind, handles, { keyGroups }))
        assert.equal(kindsOf(await checkpointed.checkpoint()), 'W')
        subtasks.push(checkpointed)
      }
    }
    for (let index = 0; index < MANY_KEYS; index += 1) {
      const key = keyAt(index)
      const found = subtasks[ownerOf(key, 2)]?.states.at(key).value.value()
      assert.deepEqual(found, expected.at(key).value.value())
    }
  })
}
