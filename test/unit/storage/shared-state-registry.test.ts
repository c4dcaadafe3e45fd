import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SharedStateRegistry } from '../../../src/storage/shared-state-registry.js'

describe('SharedStateRegistry', () => {
  it('removes a file when its last user has gone, and neither earlier nor twice', () => {
    const step = fc.record({
      user: fc.nat(4).map(String),
      files: fc.uniqueArray(fc.nat(6).map(String)),
      action: fc.constantFrom('hold', 'keepOnly', 'release'),
    })
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const onDisk = new Set<string>()
        const registry = new SharedStateRegistry((file) => {
          assert.ok(onDisk.delete(file), `${file} is removed once`)
          return Promise.resolve()
        })
        const users = new Map<string, Set<string>>()
        for (const { user, files, action } of steps) {
          const before = users.get(user) ?? new Set<string>()
          const kept = files.filter((file) => before.has(file))
          if (action === 'hold') {
            for (const file of files) onDisk.add(file)
            users.set(user, new Set([...before, ...files]))
            registry.hold(user, files)
          } else if (action === 'keepOnly') {
            users.set(user, new Set(kept))
            await registry.keepOnly(user, new Set(kept))
          } else {
            users.delete(user)
            await registry.release(user)
          }
          const needed = new Set([...users.values()].flatMap((each) => [...each]))
          assert.deepEqual([...onDisk].sort(), [...needed].sort())
        }
      }),
    )
  })

  it('removes what it could not remove when the user goes once more', async () => {
    const removed: string[] = []
    let isBusy = true
    const registry = new SharedStateRegistry((file) => {
      if (isBusy && file === 'b') return Promise.reject(new Error('busy'))
      removed.push(file)
      return Promise.resolve()
    })
    registry.hold('chk-1', ['a', 'b', 'c'])
    await assert.rejects(registry.release('chk-1'), /busy/)
    assert.deepEqual(removed, ['a'])
    isBusy = false
    await registry.release('chk-1')
    assert.deepEqual(removed, ['a', 'b', 'c'])
  })
})
