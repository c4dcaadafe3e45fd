import assert from 'node:assert/strict'
import { it } from 'node:test'
import { beginsWith } from '../../../../../../src/runtime/taskmanager/state/rocksdb/begins-with.js'

it('a key begins with a prefix, or with itself, or with nothing', () => {
  assert.ok(beginsWith(Uint8Array.of(1, 2), Uint8Array.of(1)))
  assert.ok(beginsWith(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
  assert.ok(beginsWith(Uint8Array.of(1, 2), Uint8Array.of()))
  assert.ok(!beginsWith(Uint8Array.of(1, 2), Uint8Array.of(2)))
  assert.ok(!beginsWith(Uint8Array.of(1), Uint8Array.of(1, 2)))
})
