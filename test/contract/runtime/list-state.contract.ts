import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ListState } from '../../../src/api/state/list-state.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

/** What a user's function may do with any ListState. `create` gives an empty one named `list`, of the operator `Count`. */
export function listStateContract(what: string, create: () => Promise<ListState<unknown>>): void {
  describe(`${what} as a ListState`, () => {
    it('takes all values of an array, a Set or a generator', async () => {
      const list = await create()
      list.addAll([1, 'ab'])
      list.addAll(new Set([2]))
      assert.deepEqual([...list.get()], [1, 'ab', 2])
      list.update(new Set([3]).values())
      assert.deepEqual([...list.get()], [3])
      list.update(list.get())
      assert.deepEqual([...list.get()], [3])
      list.update([])
      assert.deepEqual([...list.get()], [])
    })

    it('refuses what is no list of values, and stays as it was', async () => {
      const list = await create()
      list.add('kept')
      for (const given of [null, undefined, 'abc', 7, { length: 1 }, () => [1]] as unknown as Iterable<unknown>[]) {
        for (const method of ['update', 'addAll'] as const) {
          assert.throws(
            () => {
              list[method](given)
            },
            (error) => {
              assert.ok(FlinkError.is(error, 'STATE_VALUES_INVALID'), String(error))
              assert.match(error.message, new RegExp(`^State 'list' of Count: ${method} was given `))
              return true
            },
          )
        }
      }
      assert.deepEqual([...list.get()], ['kept'])
    })
  })
}
