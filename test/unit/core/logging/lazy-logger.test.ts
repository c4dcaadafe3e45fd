import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { LazyLogger, type LogLevel } from '../../../../src/core/logging/lazy-logger.js'
import type { Logger } from '../../../../src/core/logging/logger.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'

let clock: ManualClock
let written: unknown[][]
let timesMade: number

beforeEach(() => {
  clock = new ManualClock(1000)
  written = []
  timesMade = 0
})

function lazyLogger(level: LogLevel = 'info'): LazyLogger {
  const make = (now: () => number): Promise<Logger> => {
    timesMade += 1
    const writer = (name: string) => (message: string, fields?: object) => {
      written.push([now(), name, message, ...(fields === undefined ? [] : [fields])])
    }
    const [debug, info, warn, error] = ['debug', 'info', 'warn', 'error'].map(writer)
    return Promise.resolve({ debug, info, warn, error } as Logger)
  }
  return new LazyLogger({ level, clock, make })
}

async function afterPromises(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a logger that is made when it is needed', () => {
  it('is made a quarter of a second after its first line, and writes all with the time at which they came', async () => {
    const logger = lazyLogger()
    logger.warn('first', { attempt: 1 })
    clock.advance(249)
    logger.error('second')
    await afterPromises()
    assert.equal(timesMade, 0)
    clock.advance(1)
    await afterPromises()
    clock.advance(10)
    logger.info('third')
    assert.deepEqual(written, [
      [1000, 'warn', 'first', { attempt: 1 }],
      [1249, 'error', 'second'],
      [1260, 'info', 'third'],
    ])
    assert.equal(timesMade, 1)
  })

  it('is made at once where its lines are to be written before the process ends', async () => {
    const logger = lazyLogger()
    logger.warn('last')
    await logger.flush()
    assert.deepEqual(written, [[1000, 'warn', 'last']])
    await logger.flush()
    clock.advance(1000)
    await afterPromises()
    assert.equal(timesMade, 1)
  })

  it('is never made for lines below its level, nor where there are none', async () => {
    for (const level of ['warn', 'silent'] as const) {
      const logger = lazyLogger(level)
      logger.info('no')
      if (level === 'silent') logger.error('no')
      clock.advance(1000)
      await logger.flush()
    }
    assert.equal(timesMade, 0)
  })
})
