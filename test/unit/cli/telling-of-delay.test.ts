import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tellingOfDelay } from '../../../src/cli/output/telling-of-delay.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

describe('A command that waits', () => {
  it('says for what after a few seconds, once, and not after its end', async () => {
    const clock = new ManualClock(0)
    const told: string[] = []
    let end: (result: string) => void = () => undefined
    const work = new Promise<string>((resolve) => {
      end = resolve
    })
    const context = { isQuiet: false, printError: (text: string): unknown => told.push(text) }
    const waiting = tellingOfDelay('the end of main', work, clock, context)
    clock.advance(4999)
    assert.deepEqual(told, [])
    clock.advance(60_000)
    assert.deepEqual(told, ['Waiting for the end of main. Ctrl-C gives up.\n'])
    end('done')
    assert.equal(await waiting, 'done')
    await assert.rejects(tellingOfDelay('x', Promise.reject(new Error('broken')), clock, context), /broken/)
    clock.advance(60_000)
    assert.equal(told.length, 1)
    const quiet = tellingOfDelay('x', waiting, clock, { ...context, isQuiet: true })
    clock.advance(60_000)
    assert.deepEqual([await quiet, told.length], ['done', 1])
  })
})
