import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ChangedPrefixes, ChangeNotes } from '../../../../../../src/runtime/taskmanager/state/rocksdb/change-notes.js'
import { changesPrefix } from '../../../../../../src/runtime/taskmanager/state/rocksdb/reserved-keys.js'
import { MemoryKvStore } from '../../../../../contract/runtime/memory-kv-store.js'
import { freeSlices } from '../../../../../contract/runtime/state-backend-streams.js'

function noteAll(notes: ChangeNotes, store: MemoryKvStore, prefixes: readonly string[]): void {
  const batch = store.newBatch()
  for (const prefix of prefixes) notes.note(Buffer.from(prefix), batch)
  store.write(batch)
}

function countIn(store: MemoryKvStore): number {
  return store.range(changesPrefix()).next(10_000).length
}

function changedIn(store: MemoryKvStore, first: number, last: number): string[] {
  const changed = new ChangedPrefixes(store.view(), { first, last })
  const found: string[] = []
  for (let prefix = changed.peek(); prefix !== undefined; prefix = changed.peek()) {
    found.push(Buffer.from(prefix).toString())
    changed.skip()
  }
  changed.close()
  return found
}

describe('Notes of what changed', () => {
  it('are none before the first epoch', () => {
    const store = new MemoryKvStore()
    const notes = new ChangeNotes(store)
    noteAll(notes, store, ['a'])
    assert.equal(countIn(store), 0)
    assert.equal(notes.reachesBackTo(0), false)
  })

  it('give each prefix of some epochs once, in their order', () => {
    const store = new MemoryKvStore()
    const notes = new ChangeNotes(store)
    for (const [index, prefixes] of [['b', 'a'], ['c', 'a'], ['d'], ['z']].entries()) {
      notes.begin(index + 1)
      noteAll(notes, store, prefixes)
    }
    assert.deepEqual(changedIn(store, 1, 3), ['a', 'b', 'c', 'd'])
    assert.deepEqual(changedIn(store, 2, 2), ['a', 'c'])
  })

  it('go from the store when they are forgotten, and no others', async () => {
    const store = new MemoryKvStore()
    const notes = new ChangeNotes(store)
    const many = Array.from({ length: 300 }, (_, at) => `key ${String(at)}`)
    for (const epoch of [1, 2, 3]) {
      notes.begin(epoch)
      noteAll(notes, store, many)
    }
    await notes.removeForgotten(freeSlices())
    assert.equal(countIn(store), 900)
    notes.forgetBefore(3)
    await notes.removeForgotten(freeSlices())
    assert.equal(countIn(store), 300)
    assert.ok(notes.reachesBackTo(3) && !notes.reachesBackTo(2))
  })

  it('do not grow with checkpoints none of which completes', async () => {
    const store = new MemoryKvStore()
    const notes = new ChangeNotes(store)
    for (let epoch = 1; epoch <= 300; epoch += 1) {
      notes.begin(epoch)
      await notes.removeForgotten(freeSlices())
      noteAll(notes, store, ['a', 'b'])
    }
    assert.ok(countIn(store) <= 2 * 64)
  })
})
