import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { OperationRegistry } from '../../../src/rest/operation-registry.js'

const STORE_MS = 1000

function registryWith(clock: ManualClock): OperationRegistry<number> {
  return new OperationRegistry({ clock, random: new SeededRandom(1), storeDurationMs: STORE_MS })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Operations that are asked about later', () => {
  it('are forgotten some time after their end, and at once when all is closed', async () => {
    const clock = new ManualClock()
    const registry = registryWith(clock)
    const id = registry.trigger('job', undefined, () => Promise.resolve(7))
    await settled()
    assert.deepEqual(registry.poll('job', id, 'x'), { value: 7 })
    clock.advance(STORE_MS)
    assert.throws(() => registry.poll('job', id, 'x'), { code: 'OPERATION_NOT_FOUND' })
    let end = (): void => undefined
    registry.trigger('job', undefined, () => new Promise((resolve) => (end = () => resolve(1))))
    registry.close()
    end()
    await settled()
    assert.equal(clock.nextTimerAt(), undefined, 'nothing is waited for')
  })

  it('are two where two jobs are asked for the same under one id', async () => {
    const registry = registryWith(new ManualClock())
    const ids = ['a', 'b'].map((job, index) => registry.trigger(job, 'id', () => Promise.resolve(index)))
    assert.deepEqual(ids, ['id', 'id'])
    await settled()
    const values = ['a', 'b'].map((job) => registry.poll(job, 'id', 'x'))
    assert.deepEqual(values, [{ value: 0 }, { value: 1 }])
    assert.deepEqual([registry.has('a', 'id'), registry.has('c', 'id'), registry.has('a', 'ID')], [true, false, false])
  })

  it('are a thousand at most: the oldest that have ended give way, and those that run do not', async () => {
    const clock = new ManualClock()
    const registry = registryWith(clock)
    const endless = registry.trigger('job', undefined, () => new Promise(() => undefined))
    const first = registry.trigger('job', undefined, () => Promise.resolve(1))
    await settled()
    for (let count = 0; count < 998; count += 1) registry.trigger('job', undefined, () => Promise.resolve(count))
    await settled()
    assert.deepEqual(registry.poll('job', first, 'x'), { value: 1 })
    const last = registry.trigger('job', undefined, () => Promise.resolve(2))
    await settled()
    assert.throws(() => registry.poll('job', first, 'x'), { code: 'OPERATION_NOT_FOUND' })
    assert.equal(registry.poll('job', endless, 'x'), undefined)
    assert.deepEqual(registry.poll('job', last, 'x'), { value: 2 })
  })

  it('are refused where a thousand run', () => {
    const registry = registryWith(new ManualClock())
    const trigger = (): string => registry.trigger('job', undefined, () => new Promise(() => undefined))
    for (let count = 0; count < 1000; count += 1) trigger()
    assert.throws(trigger, { code: 'CONTROL_REQUEST_INVALID', message: /1000 operations are under way already/ })
  })
})
