import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { TOUCH } from '../../../../../src/runtime/taskmanager/state/internal-state.js'
import { KeyContext } from '../../../../../src/runtime/taskmanager/state/key-context.js'
import { heapTable } from './heap-table.js'

it('what a serializer touches is the values of the coming keys, once there are many', () => {
  const touched: unknown[] = []
  const plain = structuredSerializer()
  const touch = (value: unknown): number => touched.push(value)
  const serializer = {
    serialize: plain.serialize.bind(plain),
    deserialize: plain.deserialize.bind(plain),
    copy: plain.copy.bind(plain),
    [TOUCH]: touch,
  }
  const context = new KeyContext()
  const table = heapTable(context, serializer)
  const values = Array.from({ length: 9000 }, (_, key) => ({ key }))
  for (const value of values) {
    context.setKey(value.key, hashKey(value.key, 'auto'))
    table.put(value)
  }
  const hashes = [5, 77, 12_345].map((key) => hashKey(key, 'auto'))
  table.prefetch(hashes, 0, 3)
  assert.deepEqual(touched, [values[5], values[77]])
})
