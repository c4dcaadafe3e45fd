import assert from 'node:assert/strict'
import { it } from 'node:test'
import { endOfPrefix } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/key-range.js'

it('the end of a prefix is the smallest key after all that begin with it', () => {
  assert.deepEqual(endOfPrefix(Uint8Array.of(1, 2)), Uint8Array.of(1, 3))
  assert.deepEqual(endOfPrefix(Uint8Array.of(1, 0xff, 0xff)), Uint8Array.of(2))
  assert.equal(endOfPrefix(Uint8Array.of(0xff, 0xff)), undefined)
  assert.equal(endOfPrefix(Uint8Array.of()), undefined)
})
