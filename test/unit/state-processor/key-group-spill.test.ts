import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { KeyGroupSpill } from '../../../src/state-processor/key-group-spill.js'
import { namesIn, servicesIn, temporaryDirectory } from './snapshot-fixtures.js'

it('what waits for its key group comes back in the order in which it was put, out of files as out of memory', async (t) => {
  const directory = await temporaryDirectory(t)
  const pieces = fc.array(fc.tuple(fc.nat(199), fc.uint8Array({ maxLength: 40 })), { maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(500), async (put, memoryBytes) => {
      const spill = new KeyGroupSpill(200, servicesIn(directory), memoryBytes)
      for (const [keyGroup, bytes] of put) {
        spill.put(keyGroup, (output) => {
          output.writeBytes(bytes)
        })
        if (spill.isFull) await spill.spill()
      }
      const found: [number, Uint8Array][] = []
      for await (const [keyGroup, back] of spill.keyGroups()) {
        for (const bytes of back) found.push([keyGroup, bytes.slice()])
      }
      await spill.close()
      await spill.close()
      const expected = put.toSorted(([left], [right]) => left - right)
      assert.deepEqual(found, expected)
      assert.deepEqual(namesIn(directory), [])
    }),
    { numRuns: 30 },
  )
})
