import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { consumersOf, producersOf } from '../../../../src/runtime/jobmanager/executiongraph/connectivity.js'

const size = fc.integer({ min: 1, max: 40 })

describe('connectivity of an edge', () => {
  for (const partitioner of ['rescale', 'hash', 'rebalance', 'broadcast'] as const) {
    it(`${partitioner}: producers and consumers name each other, and nobody is left alone`, () => {
      fc.assert(
        fc.property(size, size, (producers, consumers) => {
          const edge = { partitioner, producers, consumers }
          for (let producer = 0; producer < producers; producer += 1) {
            const peers = consumersOf(edge, producer)
            assert.ok(peers.length > 0)
            for (const consumer of peers) assert.ok(producersOf(edge, consumer).includes(producer))
          }
          for (let consumer = 0; consumer < consumers; consumer += 1) {
            assert.ok(producersOf(edge, consumer).length > 0)
          }
        }),
      )
    })
  }

  it('forward connects equal indexes only', () => {
    assert.deepEqual(consumersOf({ partitioner: 'forward', producers: 3, consumers: 3 }, 1), [1])
  })

  it('rescale from 1 to 4 gives the one producer all four consumers', () => {
    assert.deepEqual(consumersOf({ partitioner: 'rescale', producers: 1, consumers: 4 }, 0), [0, 1, 2, 3])
  })

  it('rescale from 2 to 4 gives each producer two of its own', () => {
    const edge = { partitioner: 'rescale', producers: 2, consumers: 4 } as const
    assert.deepEqual(
      [consumersOf(edge, 0), consumersOf(edge, 1)],
      [
        [0, 1],
        [2, 3],
      ],
    )
  })
})
