import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SharedWork } from '../../../../src/core/time/shared-work.js'

describe('Work that is shared', () => {
  it('is done once for all who ask for the same meanwhile, and anew afterwards', async () => {
    const work = new SharedWork<string, number>()
    let times = 0
    const begin = async (): Promise<number> => {
      await Promise.resolve()
      return (times += 1)
    }
    assert.deepEqual(await Promise.all([work.of('a', begin), work.of('a', begin), work.of('b', begin)]), [1, 1, 2])
    assert.equal(await work.of('a', begin), 3)
  })

  it('fails for all of them, and is done anew afterwards', async () => {
    const work = new SharedWork<string, number>()
    const fails = (): Promise<number> => Promise.reject(new TypeError('no'))
    const both = [work.of('a', fails), work.of('a', () => Promise.resolve(1))]
    for (const each of both) await assert.rejects(each, /no/)
    assert.equal(await work.of('a', () => Promise.resolve(2)), 2)
  })
})
