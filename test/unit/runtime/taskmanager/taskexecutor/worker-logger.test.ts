import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loggerWithFields } from '../../../../../src/core/logging/logger-with-fields.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { LogLine } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { WorkerLogger } from '../../../../../src/runtime/taskmanager/taskexecutor/worker-logger.js'

function rig() {
  const clock = new ManualClock(1000)
  const sent: LogLine[] = []
  const logger = new WorkerLogger({ clock, send: (line) => sent.push(line) })
  return { clock, sent, logger, texts: () => sent.map(({ level, text }) => `${level}: ${text}`) }
}

describe('A WorkerLogger', () => {
  it('sends every line with its level, its task and its fields, in order', () => {
    const { logger, sent } = rig()
    const ofTask = loggerWithFields(logger, { task: 'Map (2/4)' })
    ofTask.warn('one', { operator: 'Map' })
    logger.error('two')
    ofTask.debug('three')
    ofTask.info('four', { task: 'another' })
    assert.deepEqual(sent, [
      { type: 'log', level: 'warn', text: 'one', fields: { task: 'Map (2/4)', operator: 'Map' } },
      { type: 'log', level: 'error', text: 'two', fields: {} },
      { type: 'log', level: 'debug', text: 'three', fields: { task: 'Map (2/4)' } },
      { type: 'log', level: 'info', text: 'four', fields: { task: 'another' } },
    ])
    assert.deepEqual(structuredClone(sent), sent)
  })

  it('sends a hundred lines a second and then one that counts the others', () => {
    const { clock, logger, texts } = rig()
    for (let index = 0; index < 250; index += 1) logger.warn(`line ${String(index)}`)
    assert.equal(texts().length, 100)
    clock.advance(1000)
    assert.deepEqual(texts().slice(99), ['warn: line 99', 'warn: 150 more lines of this worker were left out'])
    logger.warn('the next one')
    assert.equal(texts().at(-1), 'warn: the next one')
  })

  it('counts those that were left out before a line of the next second', () => {
    const { clock, logger, texts } = rig()
    for (let index = 0; index < 101; index += 1) logger.warn('again')
    clock.advance(999)
    assert.equal(texts().length, 100)
    clock.advance(1)
    logger.warn('later')
    assert.deepEqual(texts().slice(100), ['warn: 1 more lines of this worker were left out', 'warn: later'])
  })

  it('does not leave out an error for a flood of debug lines', () => {
    const { logger, texts } = rig()
    for (let index = 0; index < 1000; index += 1) logger.debug('again')
    logger.error('this one')
    assert.equal(texts().at(-1), 'error: this one')
  })

  it('says at its end what was left out', () => {
    const { logger, texts } = rig()
    for (let index = 0; index < 103; index += 1) logger.info('again')
    logger.flush()
    logger.flush()
    assert.deepEqual(texts().slice(100), ['info: 3 more lines of this worker were left out'])
  })

  it('cuts what is too long for a log', () => {
    const { logger, sent } = rig()
    logger.warn('x'.repeat(100_000), { reason: 'y'.repeat(100_000), count: 7 })
    assert.ok((sent[0]?.text.length ?? 0) < 20_000)
    assert.ok(String(sent[0]?.fields['reason']).length < 20_000)
    assert.equal(sent[0]?.fields['count'], 7)
  })
})
