import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeKey } from '../../../../../../src/core/keygroups/canonical-key.js'
import { DataInputView } from '../../../../../../src/core/memory/data-input-view.js'
import { SeededRandom } from '../../../../../../src/core/random/seeded-random.js'
import { structuredSerializer } from '../../../../../../src/core/types/structured-serializer.js'
import type { AwaitedEntries } from '../../../../../../src/runtime/taskmanager/state/rocksdb/awaited-entries.js'
import { decodeEntryKey } from '../../../../../../src/runtime/taskmanager/state/rocksdb/entry-key.js'
import type { KvBatch } from '../../../../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { MemoryKvStore } from '../../../../../contract/runtime/memory-kv-store.js'
import { OneCachedState, PLENTY } from './one-cached-state.js'

/** Says in which order keys came. */
class NotedStore extends MemoryKvStore {
  readonly written: string[] = []

  override write(batch: KvBatch): void {
    for (const [key] of (batch as ReturnType<MemoryKvStore['newBatch']>).changes) this.written.push(key)
    super.write(batch)
  }
}

function keyNumber(number: number): string {
  return `k${String(number)}`
}

/** What the store has, as text, by key. */
function contentsOf({ store }: OneCachedState): Map<string, string> {
  const entries = store.range(new Uint8Array(0)).next(PLENTY)
  return new Map(
    entries.map(({ key, value }) => {
      const read = decodeKey('auto', new DataInputView(decodeEntryKey(key).key))
      return [String(read), JSON.stringify(structuredSerializer().deserialize(new DataInputView(value)))]
    }),
  )
}

describe('What a snapshot awaits', () => {
  it('goes to the store in the order of its keys, and so does what changes before its turn', () => {
    const store = new NotedStore()
    const state = new OneCachedState(PLENTY, store)
    const count = 4000
    for (let index = 0; index < count; index += 1) {
      const key = keyNumber((index * 7919) % count)
      state.at(key).put(key)
    }
    const awaited = state.cache.awaitChanges(() => undefined)
    for (let key = 0; key < count; key += 3) state.at(keyNumber(key)).put('later')
    assert.deepEqual(store.written, [])
    awaited.finish()
    assert.equal(store.written.length, count)
    assert.equal(new Set(store.written).size, count)
    assert.deepEqual(store.written, [...store.written].sort())
    assert.deepEqual(
      new Set(contentsOf(state).values()),
      new Set([...contentsOf(state).keys()].map((key) => JSON.stringify(key))),
    )
  })

  it('goes to the store at once where there is no room to put it aside', () => {
    const state = new OneCachedState(200_000)
    for (let key = 0; key < 1000; key += 1) state.at(key).put('x')
    const awaited = state.cache.awaitChanges(() => undefined)
    for (let key = 0; key < 1000; key += 1) state.at(key).put('y')
    state.buffer.flush()
    assert.equal(state.stored(), 1000)
    awaited.finish()
    assert.deepEqual(new Set(contentsOf(state).values()), new Set(['"x"']))
  })

  it('is what it was at the barrier, whatever records, room and other snapshots do meanwhile', () => {
    let captured = 0
    for (let seed = 1; seed <= 24; seed += 1) captured += new RandomChanges(seed).play()
    assert.ok(captured > 300, String(captured))
  })
})

/** Changes, snapshots and slices of them in a random order, beside a map of what there should be. */
class RandomChanges {
  readonly #random: SeededRandom
  readonly #state: OneCachedState
  readonly #expected = new Map<string, unknown>()
  #awaited: AwaitedEntries | undefined
  /** Snapshots that nobody gave up. */
  #wanted = 0
  #captured = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
    const budget = [4000, 40_000, 6_000_000, PLENTY][seed % 4] ?? PLENTY
    this.#state = new OneCachedState(budget)
  }

  /** How many snapshots were captured. */
  play(): number {
    for (let step = 0; step < 2000; step += 1) this.#change()
    this.#snapshot()
    this.#awaited?.finish()
    assert.equal(this.#captured, this.#wanted)
    for (const [key, value] of this.#expected) assert.deepEqual(this.#state.at(key).peek(), value)
    return this.#captured
  }

  #change(): void {
    const key = keyNumber(this.#below(60))
    const table = this.#state.at(key)
    const kind = this.#below(100)
    if (kind < 40) this.#put(key, this.#below(2) === 0 ? this.#below(1000) : { n: this.#below(1000) })
    else if (kind < 60) this.#mutate(key)
    else if (kind < 75) {
      table.remove()
      this.#expected.delete(key)
    } else if (kind < 85) assert.deepEqual(table.peek(), this.#expected.get(key))
    else if (kind < 96) this.#awaited?.advance(this.#below(20))
    else if (kind < 99) this.#snapshot()
    else this.#giveUp()
  }

  #put(key: string, value: unknown): void {
    this.#state.table.put(value)
    this.#expected.set(key, structuredClone(value))
  }

  #mutate(key: string): void {
    const value = this.#state.table.get()
    if (typeof value !== 'object') return
    ;(value as { n: number }).n += 1
    this.#expected.set(key, structuredClone(value))
  }

  #giveUp(): void {
    if (this.#awaited?.isWaiting !== true) return
    this.#awaited.giveUp(new Error('given up'))
    this.#wanted -= 1
  }

  #snapshot(): void {
    this.#wanted += 1
    const atBarrier = new Map([...this.#expected].map(([key, value]) => [key, JSON.stringify(value)]))
    this.#awaited = this.#state.cache.awaitChanges(() => {
      assert.deepEqual(contentsOf(this.#state), atBarrier)
      this.#captured += 1
    })
  }

  #below(end: number): number {
    return this.#random.nextInt(end)
  }
}
