import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { UserMap } from '../../../../../src/runtime/taskmanager/state/user-map.js'

const KEYS = { kind: 'auto', place: "the MapState 'm'", copy: structuredClone } as const

/** More of them than a map keeps side by side. */
const key = fc.oneof(
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 9 }).map((hour) => 1_700_000_000_000 + hour * 3_600_000),
  fc.constantFrom<unknown>(NaN, 0.5, true, false, null, 7n, 'a', 'b', '\u0000sa', '\u0000n', ''),
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('x', 'y')),
)
const change = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete'), key, fc.integer())

/** A key of a plain Map. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : value
}

function entriesOf(map: UserMap): [unknown, unknown][] {
  return [...map.entries()].map(([each, value]) => [plain(each), value])
}

describe('A UserMap', () => {
  it('holds what a Map would hold, in its order, with few entries and with many', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const map = new UserMap(KEYS)
        const expected = new Map<unknown, unknown>()
        for (const [kind, each, value] of changes) {
          if (kind === 'set') {
            map.set(each, value)
            expected.set(plain(each), value)
          } else assert.equal(map.delete(each), expected.delete(plain(each)))
          assert.equal(map.size, expected.size)
          assert.equal(map.has(each), expected.has(plain(each)))
          assert.equal(map.get(each), expected.get(plain(each)))
        }
        assert.deepEqual(entriesOf(map), [...expected])
        assert.deepEqual(entriesOf(map.copy((value) => value)), [...expected])
        const visited: [unknown, unknown][] = []
        map.forEach((each, value) => visited.push([plain(each), value]))
        assert.deepEqual(visited, [...expected])
      }),
    )
  })

  for (const count of [5, 16, 17, 40]) {
    it(`of ${String(count)} entries may lose and get entries while somebody walks through it`, () => {
      const map = new UserMap(KEYS)
      for (let each = 0; each < count; each += 1) map.set(each, each)
      const seen: unknown[] = []
      for (const [each] of map.entries()) {
        seen.push(each)
        map.delete(each)
        map.delete(3)
        if (seen.length < 40) map.set(100 + seen.length, 'new')
      }
      const walked = seen.filter((each) => Number(each) < 100)
      assert.deepEqual(
        walked,
        Array.from({ length: count }, (_, each) => each).filter((each) => each !== 3),
      )
    })
  }

  it('shares nothing with its copy', () => {
    const map = new UserMap(KEYS)
    map.set(1, { n: 1 })
    const copy = map.copy(structuredClone)
    copy.set(2, { n: 2 })
    ;(map.get(1) as { n: number }).n = 9
    assert.deepEqual(entriesOf(copy), [
      [1, { n: 1 }],
      [2, { n: 2 }],
    ])
    assert.equal(map.size, 1)
  })

  it('takes 0 and -0 for one key, which is 0', () => {
    const map = new UserMap(KEYS)
    map.set(-0, 'zero')
    assert.equal(map.get(0), 'zero')
    assert.ok(Object.is([...map.entries()][0]?.[0], 0))
  })
})
