import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AT_END, AwaitedOrder, NOT_YET } from '../../../../../../src/runtime/taskmanager/state/rocksdb/awaited-order.js'
import { PrefixRun } from '../../../../../../src/runtime/taskmanager/state/rocksdb/prefix-run.js'

interface Entries {
  readonly limit: number
  readonly keyGroups: number
  readonly isAwaited: (position: number) => boolean
}

/** Key groups from 10 on; keys are in another order than positions. */
function orderOf({ limit, keyGroups, isAwaited }: Entries): { positions: number[]; prefixes: string[]; steps: number } {
  const keyGroupAt = (position: number): number => 10 + (position % keyGroups)
  const prefixAt = (position: number): Uint8Array =>
    Buffer.from(
      `${String(keyGroupAt(position)).padStart(6, '0')}/${String((position * 7919) % limit).padStart(5, '0')}`,
    )
  const entries = { limit, isAwaited, keyGroupAt, prefixAt }
  const order = new AwaitedOrder(entries, { start: 10, end: 10 + keyGroups - 1 }, new PrefixRun())
  const [positions, prefixes]: [number[], string[]] = [[], []]
  for (let steps = 1; ; steps += 1) {
    const position = order.next()
    if (position === AT_END) return { positions, prefixes, steps }
    if (position === NOT_YET) continue
    positions.push(position)
    prefixes.push(Buffer.from(order.prefix).toString())
    assert.equal(prefixes.at(-1), Buffer.from(prefixAt(position)).toString())
  }
}

describe('The order of awaited entries', () => {
  it('is that of their keys, and leaves out what is not awaited', () => {
    const { positions, prefixes } = orderOf({ limit: 3000, keyGroups: 7, isAwaited: (position) => position % 3 > 0 })
    assert.equal(positions.length, 2000)
    assert.ok(positions.every((position) => position % 3 > 0))
    assert.deepEqual(prefixes, [...prefixes].sort())
  })

  it('comes in several runs where a key group has many, each entry once', () => {
    const { positions, prefixes } = orderOf({ limit: 10_000, keyGroups: 1, isAwaited: () => true })
    assert.equal(new Set(positions).size, 10_000)
    const falls = prefixes.filter((prefix, index) => prefix < (prefixes[index - 1] ?? ''))
    assert.equal(falls.length, 2)
  })

  it('passes many key groups without entries in few steps, and nothing at all', () => {
    const { positions, steps } = orderOf({ limit: 5, keyGroups: 32_768, isAwaited: (position) => position === 4 })
    assert.deepEqual(positions, [4])
    assert.ok(steps < 200, String(steps))
    assert.equal(orderOf({ limit: 0, keyGroups: 128, isAwaited: () => true }).positions.length, 0)
  })
})
