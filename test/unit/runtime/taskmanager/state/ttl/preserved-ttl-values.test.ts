import assert from 'node:assert/strict'
import { it } from 'node:test'
import { PreservedTtlValues } from '../../../../../../src/runtime/taskmanager/state/ttl/preserved-ttl-values.js'

it('values with a time to live are kept with their times to the millisecond, years apart and in any chunk', () => {
  const now = 1_764_000_000_123
  const year = 365 * 86_400_000
  const kept = new Map([
    [0, now],
    [1, now - 1],
    [1023, now + 2 ** 31],
    [1024, now - year],
    [70_000, now + 40 * year],
    [70_001, 0],
  ])
  const living = { valueAt: (position: number): unknown => `value ${String(position)}` }
  const times = new Float64Array(70_002)
  const preserved = new PreservedTtlValues(living, () => times)
  for (const [position, ms] of kept) {
    times[position] = ms
    preserved.keep(position)
  }
  times.fill(7)
  const given = (position: number): [value: unknown, ms: number] => {
    const { value, lastAccessMs } = preserved.valueAt(position)
    return [value, lastAccessMs]
  }
  for (const [position, ms] of kept) assert.deepEqual(given(position), [living.valueAt(position), ms])
  preserved.drop(1)
  assert.equal(given(1)[0], undefined)
  assert.deepEqual(given(0), ['value 0', now])
  preserved.clear()
  assert.equal(given(0)[0], undefined)
})
