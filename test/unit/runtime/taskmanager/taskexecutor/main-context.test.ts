import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MainContext } from '../../../../../src/runtime/taskmanager/taskexecutor/main-context.js'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('What runs in a task worker', () => {
  it('is main in a load, after awaits and timers too, and nothing else', async () => {
    const context = new MainContext()
    const seen: boolean[] = []
    await context.load(async () => {
      seen.push(context.isMain())
      await wait(1)
      seen.push(context.isMain())
    })
    seen.push(context.isMain())
    assert.deepEqual(seen, [true, true, false])
  })

  it('is main in what is left of a load', async () => {
    const context = new MainContext()
    let ticks: boolean[] = []
    let calls = 0
    await context.load(() => {
      const timer = setInterval(() => {
        ticks.push(context.isMain())
        calls += 1
        if (calls === 3) clearInterval(timer)
      }, 5)
      timer.unref()
      return Promise.resolve()
    })
    await context.load(() => Promise.resolve())
    for (let turns = 0; calls < 3 && turns < 500; turns += 1) await wait(10)
    const own = await wait(1).then(() => context.isMain())
    ticks = ticks.slice(0, 3)
    assert.deepEqual([ticks, own], [[true, true, true], false])
  })
})
