import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { watermarkLines } from '../../../src/cli/watermark-lines.js'
import type {
  InputWatermarkInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
} from '../../../src/rest/messages/watermark-messages.js'

const NOW = Date.UTC(2026, 0, 1, 12)
const NONE = '-9223372036854775808'
const END = '9223372036854775807'

const HOLDER: WatermarkHolderInfo = {
  vertex: 'a',
  'vertex-name': 'Source: log -> Timestamps/Watermarks',
  subtask: 1,
  parallelism: 4,
  operator: 'Timestamps/Watermarks',
  strategy: 'strategy',
  'has-record': true,
  watermark: NONE,
  since: NOW - 35_000,
  splits: [],
  'split-count': 0,
}

function linesOf(...vertices: readonly Partial<VertexWatermarksInfo>[]): string[] {
  const whole = vertices.map((vertex) => ({
    id: 'v',
    name: 'Window',
    parallelism: 1,
    inputs: [],
    makers: [],
    ...vertex,
  }))
  return watermarkLines({ jid: 'c'.repeat(32), name: 'Hits', state: 'RUNNING', now: NOW, vertices: whole }).slice(2)
}

function input(watermark: string, ...holders: readonly WatermarkHolderInfo[]): InputWatermarkInfo {
  return { watermark, since: NOW - 4000, idle: false, subtasks: 1, 'held-back-by': holders }
}

describe('the lines of watermarks', () => {
  it('begin with the job and the time', () => {
    const info = { jid: 'c'.repeat(32), name: 'a\u001b[2J', state: 'RUNNING', now: NOW, vertices: [] }
    assert.deepEqual(watermarkLines(info), [
      `Job ${'c'.repeat(32)} "a\\u001b[2J" (RUNNING), event time at 2026-01-01T12:00:00.000Z:`,
      '  It has no tasks yet.',
    ])
  })

  it('say for each input where it stands, for how long and whom it waits for', () => {
    const holder = { ...HOLDER, watermark: '1000', since: NOW - 500_000 }
    const lines = linesOf({ inputs: [input('1000', holder), input(END)] })
    assert.deepEqual(lines, [
      'Window (parallelism 1)',
      '  input 1: 1000 (1970-01-01T00:00:01.000Z), for 4.0 s',
      '    waits for "Timestamps/Watermarks", subtask 2 of 4: 1000 (1970-01-01T00:00:01.000Z), for 8 min',
      '  input 2: end of the data',
    ])
  })

  it('say what to do where no watermark can come', () => {
    const causes = [
      { ...HOLDER, strategy: 'none' },
      { ...HOLDER, strategy: 'function' },
      { ...HOLDER, 'has-record': false },
      HOLDER,
    ] as const
    const lines = linesOf({ inputs: causes.map((cause) => input(NONE, cause)) }).filter((line) =>
      line.includes('waits'),
    )
    assert.match(lines[0] ?? '', /: no watermark strategy\. Give fromSource one, or call assignTimestampsAndWatermarks/)
    assert.match(lines[1] ?? '', /its source function has emitted no watermark/)
    assert.match(lines[2] ?? '', /: no record has come to it, for 35 s\. WatermarkStrategy\.withIdleness/)
    assert.match(
      lines[3] ?? '',
      /no watermark yet, for 35 s: records have come, but its generator has made no watermark/,
    )
  })

  it('name the splits that hold a source back, and say that there are more', () => {
    const splits = [{ id: 'partition 3', watermark: '5', since: NOW - 7_200_000 }]
    const lines = linesOf({ inputs: [input('5', { ...HOLDER, watermark: '5', splits, 'split-count': 8 })] })
    assert.deepEqual(lines.slice(3), [
      '      split "partition 3": 5 (1970-01-01T00:00:00.005Z), for 2.0 h',
      '      (of 8 splits, those that hold it back)',
    ])
  })

  it('say that an input is idle, and how many subtasks stand where', () => {
    const lines = linesOf(
      { parallelism: 3, inputs: [{ ...input(NONE), idle: true, subtasks: 2 }] },
      { name: 'Source: numbers', makers: [{ ...HOLDER, parallelism: 1, watermark: END }] },
      { name: 'Source: x' },
    )
    assert.equal(lines[1], '  input: no watermark yet in 2 of 3 subtasks, for 4.0 s; idle: all that it reads from is')
    assert.equal(lines[4], '  "Timestamps/Watermarks": end of the data')
    assert.match(lines[7] ?? '', /has reported nothing yet/)
  })

  it('say of a source function that it may leave watermarks to what follows', () => {
    const lines = linesOf({ name: 'Source: numbers', makers: [{ ...HOLDER, strategy: 'function' }] })
    assert.match(lines[1] ?? '', /has emitted no watermark; none is needed where assignTimestampsAndWatermarks follows/)
  })

  it('write times that no date can show as they are', () => {
    const lines = linesOf({ inputs: [input('99999999999999999')] })
    assert.equal(lines[1], '  input: 99999999999999999, for 4.0 s')
  })
})
