import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateJobId } from '../../../../src/core/ids/job-id.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { SystemRandom } from '../../../../src/core/random/system-random.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

for (const random of [new SystemRandom(), new SeededRandom(7)]) {
  describe(random.constructor.name, () => {
    it('gives every whole number below the bound, and no other', () => {
      const seen = new Set(Array.from({ length: 1000 }, () => random.nextInt(5)))
      assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4])
    })

    it('gives as many hex digits as asked for, UUIDs of version 4, and job ids', () => {
      for (const digits of [0, 1, 7, 32]) assert.match(random.hex(digits), new RegExp(`^[0-9a-f]{${digits}}$`))
      assert.match(random.uuid(), UUID)
      assert.match(generateJobId(random), /^[0-9a-f]{32}$/)
      assert.notEqual(generateJobId(random), generateJobId(random))
    })
  })
}

describe('SeededRandom', () => {
  it('repeats itself for the same seed and not for another', () => {
    const [a, b, c] = [new SeededRandom(1), new SeededRandom(1), new SeededRandom(2)]
    const first = a.hex(64)
    assert.equal(b.hex(64), first)
    assert.notEqual(c.hex(64), first)
  })
})
