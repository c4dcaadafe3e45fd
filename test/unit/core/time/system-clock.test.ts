import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it, mock } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SystemClock } from '../../../../src/core/time/system-clock.js'

const MONTH_MS = 30 * 24 * 3600 * 1000

describe('SystemClock', () => {
  it('runs a timer once, not before its time', async () => {
    const clock = new SystemClock()
    const start = clock.monotonicMs()
    await new Promise<void>((resolve) => clock.setTimer(20, resolve))
    assert.ok(clock.monotonicMs() - start >= 18)
  })

  it('does not run a timer of a month at once', async () => {
    const timer = new SystemClock().setTimer(MONTH_MS, () => assert.fail('it ran at once'))
    await sleep(20)
    timer.cancel()
  })

  it('runs a timer of a month after a month, and one that is cancelled midway never', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const seen: string[] = []
      const clock = new SystemClock()
      clock.setTimer(MONTH_MS, () => seen.push('kept'))
      const cancelled = clock.setTimer(MONTH_MS, () => seen.push('cancelled'))
      mock.timers.tick(2_147_483_647)
      cancelled.cancel()
      mock.timers.tick(MONTH_MS - 2_147_483_647 - 1)
      assert.deepEqual(seen, [])
      mock.timers.tick(1)
      assert.deepEqual(seen, ['kept'])
    } finally {
      mock.timers.reset()
    }
  })

  it('lets the process end in spite of a pending timer when it is asked to', () => {
    const module = new URL('../../../../src/core/time/system-clock.js', import.meta.url).href
    const program = `import { SystemClock } from '${module}'
      new SystemClock({ keepsProcessAlive: false }).setTimer(60_000, () => {})`
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 10_000 })
  })
})
