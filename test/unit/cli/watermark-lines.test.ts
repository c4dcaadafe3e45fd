import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { watermarkLines } from '../../../src/cli/output/watermark-lines.js'
import type {
  InputWatermarkInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
  WatermarkMakerInfo,
} from '../../../src/rest/messages/watermark-messages.js'

const NOW = Date.UTC(2026, 0, 1, 12)
const NONE = '-9223372036854775808'
const END = '9223372036854775807'

const MAKER_PLACE = ' in "Source: log -> Timestamps/Watermarks"'

const HOLDER: WatermarkHolderInfo = {
  vertex: 'a',
  'vertex-name': 'Source: log -> Timestamps/Watermarks',
  subtask: 1,
  parallelism: 4,
  operator: 'Timestamps/Watermarks',
  idle: false,
  strategy: 'strategy',
  'has-record': true,
  watermark: NONE,
  since: NOW - 35_000,
  splits: [],
  'split-count': 0,
}

const MAKER: WatermarkMakerInfo = { ...HOLDER, 'idle-subtasks': 0 }

function linesOf(...vertices: readonly Partial<VertexWatermarksInfo>[]): string[] {
  const whole = vertices.map((vertex) => ({
    id: 'v',
    name: 'Window',
    parallelism: 1,
    'late-records-dropped': [],
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
      `Job ${'c'.repeat(32)} "a\\u001b[2J" (RUNNING): event time, as of 2026-01-01T12:00:00.000Z`,
      '  It has no tasks yet.',
    ])
  })

  it('say for each input where it stands, for how long and whom it waits for', () => {
    const holder = { ...HOLDER, watermark: '1000', since: NOW - 500_000 }
    const lines = linesOf({ inputs: [input('1000', holder), input(END)] })
    assert.deepEqual(lines, [
      'Window (parallelism 1)',
      '  input 1: 1000 (1970-01-01T00:00:01.000Z), for 4.0 s',
      `    waits for "Timestamps/Watermarks", subtask 2 of 4${MAKER_PLACE}: 1000 (1970-01-01T00:00:01.000Z), for 8 min`,
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
      { name: 'Source: numbers', makers: [{ ...MAKER, parallelism: 1, watermark: END }] },
      { name: 'Source: x' },
    )
    assert.equal(lines[1], '  input: no watermark yet in 2 of 3 subtasks, for 4.0 s; idle: all that it reads from is')
    assert.equal(lines[4], '  "Timestamps/Watermarks": end of the data')
    assert.match(lines[7] ?? '', /has reported nothing yet/)
  })

  it('say of a source function that it may leave watermarks to what follows', () => {
    const lines = linesOf({ name: 'Source: numbers', makers: [{ ...MAKER, strategy: 'function' }] })
    assert.match(lines[1] ?? '', /has emitted no watermark; none is needed where assignTimestampsAndWatermarks follows/)
  })

  it('say of a source without a strategy that none is needed where one follows', () => {
    const lines = linesOf({ name: 'Source: numbers', makers: [{ ...MAKER, strategy: 'none' }] })
    assert.match(lines[1] ?? '', /: no watermark strategy; none is needed where assignTimestampsAndWatermarks follows/)
  })

  it('say of time that moves whom it follows, not whom it waits for', () => {
    const lines = linesOf({ inputs: [input('7', { ...HOLDER, watermark: '7', since: NOW - 300 })] })
    assert.match(lines[2] ?? '', /^ {4}follows "Timestamps\/Watermarks", subtask 2 of 4 in "Source: log -> .*: 7 \(/)
  })

  it('say that a source is idle, or some of its subtasks', () => {
    const lines = linesOf(
      { name: 'Source: dead', makers: [{ ...MAKER, idle: true, 'idle-subtasks': 4 }] },
      { name: 'Source: live', makers: [{ ...MAKER, watermark: '7', 'idle-subtasks': 3 }] },
    )
    assert.match(lines[1] ?? '', /: idle, as all of its subtasks: time goes on without it\. no watermark yet/)
    assert.equal(lines[5], '      (3 of 4 subtasks are idle)')
  })

  it('say of a subtask without a split that its enumerator may still assign one', () => {
    const maker = { ...MAKER, 'may-get-splits': true, watermark: '7' }
    const lines = linesOf({ name: 'Source: log', makers: [maker] })
    assert.match(lines[1] ?? '', /for 35 s: it has no split, and its enumerator has not said .*signalNoMoreSplits/)
    const [, withSplit] = linesOf({ makers: [{ ...maker, 'split-count': 1 }] })
    assert.doesNotMatch(withSplit ?? '', /has no split/)
  })

  it('say that a source waits for others of its alignment group', () => {
    const maker = { ...MAKER, 'waits-for-group': 'g', watermark: '7' }
    assert.match(linesOf({ makers: [maker] })[1] ?? '', /waits for the other sources of its alignment group "g"/)
  })

  it('say that timestamps look like seconds, or microseconds', () => {
    const told = (watermark: string): string => linesOf({ makers: [{ ...MAKER, watermark }] })[1] ?? ''
    assert.match(
      told('1700000478'),
      /1970-01-20T16:13:20\.478Z\).*; this looks like seconds: timestamps are milliseconds/,
    )
    assert.match(told('1700000478.25'), /\(1970-01-20.*looks like seconds/)
    assert.match(told('1700000478000000'), /looks like microseconds/)
    for (const other of ['1700000478000', '5000', '86400000']) assert.doesNotMatch(told(other), /looks like/)
  })

  it('count the late records that operators have dropped', () => {
    const dropped = [{ operator: 'TumblingEventTimeWindows', count: 540 }]
    const lines = linesOf({ inputs: [input(END)], 'late-records-dropped': dropped })
    assert.match(
      lines[2] ?? '',
      /^ {2}540 late records were dropped by "TumblingEventTimeWindows".*allowedLateness.*sideOutputLateData/,
    )
  })

  it('write times that no date can show as they are', () => {
    const lines = linesOf({ inputs: [input('99999999999999999')] })
    assert.equal(lines[1], '  input: 99999999999999999, for 4.0 s')
  })
})
