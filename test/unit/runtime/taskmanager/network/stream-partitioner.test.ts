import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { PartitionerSpec } from '../../../../../src/api/dag/partitioner-spec.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import {
  keyGroupForHash,
  keyGroupRangeForOperatorIndex,
} from '../../../../../src/core/keygroups/key-group-assignment.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import {
  ALL_CHANNELS,
  createPartitioner,
  type StreamPartitioner,
} from '../../../../../src/runtime/taskmanager/network/stream-partitioner.js'

const KEY = { select: (value: unknown) => (value as { key: unknown }).key, kind: 'auto' } as const

function create(spec: PartitionerSpec, numberOfChannels: number, seed = 1): StreamPartitioner {
  return createPartitioner(spec, {
    numberOfChannels,
    maxParallelism: 128,
    random: new SeededRandom(seed),
    sourceName: 'Map',
    targetName: 'count',
  })
}

function select(partitioner: StreamPartitioner, times: number): number[] {
  return Array.from({ length: times }, (_, index) => partitioner.selectChannel({ index }))
}

describe('Partitioner', () => {
  it('forward and global take the first channel', () => {
    assert.deepStrictEqual(select(create({ kind: 'forward' }, 1), 3), [0, 0, 0])
    assert.deepStrictEqual(select(create({ kind: 'global' }, 4), 3), [0, 0, 0])
  })

  it('broadcast takes all channels', () => {
    assert.equal(create({ kind: 'broadcast' }, 4).selectChannel(1), ALL_CHANNELS)
  })

  it('rebalance goes round, each subtask from a start of its own', () => {
    const starts = new Set<number>()
    for (let seed = 0; seed < 40; seed += 1) {
      const channels = select(create({ kind: 'rebalance' }, 4, seed), 8)
      const first = channels[0] ?? -1
      assert.deepStrictEqual(
        channels,
        Array.from({ length: 8 }, (_, step) => (first + step) % 4),
      )
      starts.add(first)
    }
    assert.equal(starts.size, 4)
  })

  it('rescale goes round from the first channel', () => {
    assert.deepStrictEqual(select(create({ kind: 'rescale' }, 3), 7), [0, 1, 2, 0, 1, 2, 0])
  })

  it('shuffle reaches every channel and no other', () => {
    const counts = new Map<number, number>()
    for (const channel of select(create({ kind: 'shuffle' }, 3), 3000))
      counts.set(channel, (counts.get(channel) ?? 0) + 1)
    assert.deepStrictEqual([...counts.keys()].sort(), [0, 1, 2])
    for (const count of counts.values()) assert.ok(count > 800 && count < 1200)
  })

  it('custom takes the channel that the function names', () => {
    const partition = (key: unknown, channels: number): number => (key as number) % channels
    const partitioner = create({ kind: 'custom', partition, key: KEY }, 4)
    assert.equal(partitioner.selectChannel({ key: 7 }), 3)
  })

  for (const answer of [-1, 4, 1.5, Number.NaN, '1', undefined]) {
    it(`custom refuses the answer ${String(answer)} (${typeof answer})`, () => {
      const partition = (() => answer) as unknown as (key: unknown, channels: number) => number
      const partitioner = create({ kind: 'custom', partition, key: KEY }, 4)
      assert.throws(() => partitioner.selectChannel({ key: 1 }), {
        code: 'KEY_INVALID',
        message: /^partitioner of 'count' \(partitionCustom after 'Map'\): .*it gave .*none of 0 to 3/,
      })
    })
  }

  it('hash sends a key to the subtask that owns its key group and passes the hash on', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.array(fc.integer()),
    )
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 128 }), (value, parallelism) => {
        const partitioner = create({ kind: 'hash', key: KEY }, parallelism)
        const channel = partitioner.selectChannel({ key: value })
        assert.equal(partitioner.keyHash, hashKey(value, 'auto'))
        const { start, end } = keyGroupRangeForOperatorIndex(128, parallelism, channel)
        const keyGroup = keyGroupForHash(partitioner.keyHash, 128)
        assert.ok(keyGroup >= start && keyGroup <= end)
      }),
    )
  })

  for (const [title, key, code] of [
    ['null', null, 'NULL_KEY'],
    ['undefined', undefined, 'KEY_INVALID'],
    ['an object', {}, 'KEY_INVALID'],
    ['a lone surrogate', '\ud800', 'KEY_INVALID'],
  ] as const) {
    it(`hash refuses ${title} as a key and names the place of the key selector`, () => {
      const partitioner = create({ kind: 'hash', key: KEY }, 2)
      assert.throws(() => partitioner.selectChannel({ key }), {
        code,
        message: /^key selector of 'count' \(keyBy after 'Map'\): /,
      })
    })
  }

  it('hash says that the key selector threw, and keeps the error as the cause', () => {
    const error = {
      code: 'KEY_INVALID',
      message: /^key selector of 'count' \(keyBy after 'Map'\): .*: it threw: Cannot read/,
    }
    assert.throws(() => create({ kind: 'hash', key: KEY }, 2).selectChannel(null), error)
    assert.throws(
      () => create({ kind: 'hash', key: KEY }, 2).selectChannel(null),
      (thrown: Error) => thrown.cause instanceof TypeError,
    )
  })

  it('custom says that the function threw', () => {
    const partition = (): number => {
      throw new Error('no idea')
    }
    const partitioner = create({ kind: 'custom', partition, key: KEY }, 2)
    assert.throws(() => partitioner.selectChannel({ key: 1 }), {
      code: 'KEY_INVALID',
      message: /^partitioner of 'count' .*: it threw: no idea/,
    })
  })
})
