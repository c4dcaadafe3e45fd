import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InputStatus } from '../../../../../src/api/connector/source/input-status.js'
import type { ReaderOutput } from '../../../../../src/api/connector/source/reader-output.js'
import type { SourceSplit } from '../../../../../src/api/connector/source/source-split.js'
import { FlinkError, WatermarkStrategy, type ErrorCode, type WatermarkGenerator } from '../../../../../src/index.js'
import { NO_REGISTERED_TYPES } from '../../../../../src/core/types/registered-types.js'
import { SourceOperator } from '../../../../../src/runtime/taskmanager/source/source-operator.js'
import type { ToSourceReader } from '../../../../../src/runtime/taskmanager/source/source-events.js'
import { VersionedBytes } from '../../../../../src/runtime/taskmanager/source/versioned-bytes.js'
import { bindingOf, snapshotOperator, turn } from '../../../../operators/operator-harness.js'
import { record, status, watermark } from '../../../../operators/stream-elements.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import type { PlayedReader } from './played-source.js'
import { PlayedSource, PlayedSplit, playedSplits } from './played-source.js'

type Strategy = WatermarkStrategy<unknown>

const NO_WATERMARKS: Strategy = WatermarkStrategy.noWatermarks()

class Opened {
  readonly context = new TestOperatorContext()
  readonly source: PlayedSource
  readonly operator: SourceOperator

  constructor(source: PlayedSource, watermarkStrategy: Strategy) {
    this.source = source
    const spec = { kind: 'source', source, watermarkStrategy } as const
    this.operator = new SourceOperator(bindingOf(spec), this.context, spec)
  }

  get reader(): PlayedReader {
    assert.ok(this.source.reader !== undefined)
    return this.source.reader
  }

  tell(event: ToSourceReader): void {
    this.operator.handleOperatorEvent(event)
  }

  assign(...splits: readonly SourceSplit[]): void {
    const bytes = VersionedBytes.ofSplits(this.source, 'Op', NO_REGISTERED_TYPES)
    this.tell({ kind: 'add-splits', splits: splits.map((split) => bytes.write(split)) })
  }

  /** Runs timers up to so many ms from now. */
  advance(delayMs: number): void {
    this.context.clock.advance(delayMs)
    this.context.runMail()
    const { processingTime } = this.context
    for (let due = processingTime.takeDue(); due !== undefined; due = processingTime.takeDue()) {
      due.callback(due.timestamp)
    }
  }

  get reported(): number[] {
    return this.context.sentEvents.flatMap((event) => {
      const { kind, watermarkMs } = event as { kind: string; watermarkMs?: number }
      return kind === 'reported-watermark' && watermarkMs !== undefined ? [watermarkMs] : []
    })
  }
}

async function opened(source: PlayedSource = new PlayedSource(), strategy: Strategy = NO_WATERMARKS): Promise<Opened> {
  const made = new Opened(source, strategy)
  await made.operator.initializeState(undefined, undefined)
  await made.operator.open()
  return made
}

function isError(code: ErrorCode, text: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }
}

/** A watermark for each record, or for those with an odd timestamp. */
class Punctuated implements WatermarkGenerator<unknown> {
  onEvent(_event: unknown, timestampMs: number, output: Parameters<WatermarkGenerator<unknown>['onEvent']>[2]): void {
    output.emitWatermark(timestampMs)
  }

  onPeriodicEmit(): void {
    // The records say when.
  }
}

const aligned = WatermarkStrategy.forGenerator<unknown>(() => new Punctuated())
  .withTimestampAssigner((value) => value as number)
  .withWatermarkAlignment('group1', 100, 1)

describe('SourceOperator', () => {
  it('asks for the return of an assigner that gave nothing', async () => {
    const made = await opened(
      undefined,
      WatermarkStrategy.forMonotonousTimestamps<unknown>().withTimestampAssigner((() => undefined) as never),
    )
    made.assign(new PlayedSplit('a', [7]))
    assert.throws(
      () => made.operator.emitNext(),
      isError('TIMESTAMP_INVALID', /undefined \(is a return missing\?\) is no timestamp for the record 7/),
    )
  })

  it('says whether splits may still come, and that there was a record, when it has none any more', async () => {
    const made = await opened()
    made.assign(new PlayedSplit('a', [7]))
    made.reader.pollNext = (output) => {
      output.createOutputForSplit('a').collect(7)
      output.releaseOutputForSplit('a')
      return 'NOTHING_AVAILABLE'
    }
    made.operator.emitNext()
    const { hasRecord, numSplits, mayGetSplits } = made.operator.watermarkTime()
    assert.deepEqual([hasRecord, numSplits, mayGetSplits], [true, 0, true])
    made.tell({ kind: 'no-more-splits' })
    assert.equal(made.operator.watermarkTime().mayGetSplits, false)
  })

  for (const given of [Number.NaN, '7', null, 7n, Number.POSITIVE_INFINITY, -(2 ** 63)]) {
    it(`refuses ${typeof given === 'object' ? 'null' : `the ${typeof given} ${String(given)}`} as timestamp of a record`, async () => {
      const made = await opened()
      made.assign(new PlayedSplit('a', [1]))
      made.reader.pollNext = (output) => {
        output.collect('late', given as number)
        return 'MORE_AVAILABLE'
      }
      assert.throws(
        () => made.operator.emitNext(),
        isError('TIMESTAMP_INVALID', /is no timestamp for the record 'late'/),
      )
    })
  }

  for (const [method, event] of [
    ['addSplits', { kind: 'add-splits', splits: [Uint8Array.of(2, ...playedSplits.serialize(new PlayedSplit('a')))] }],
    ['notifyNoMoreSplits', { kind: 'no-more-splits' }],
    ['handleSourceEvents', { kind: 'source-event', event: 1 }],
  ] as const) {
    it(`refuses a promise of ${method}`, async () => {
      const made = await opened(new PlayedSource({ [method]: () => Promise.reject(new Error('nobody awaits it')) }))
      assert.throws(
        () => {
          made.tell(event)
        },
        isError('ASYNC_NOT_ALLOWED', new RegExp(`^Op: ${method} \\(.*\\) returned a Promise`)),
      )
    })
  }

  it('names the place of what the base of a connector refuses', async () => {
    const made = await opened()
    made.assign(new PlayedSplit('a', [1]))
    made.reader.pollNext = () => {
      throw new FlinkError('SOURCE_SPLIT_UNKNOWN', { what: 'records', split: 'b', assigned: "'a'" })
    }
    assert.throws(
      () => made.operator.emitNext(),
      isError(
        'OPERATOR_FAILED',
        /^Op \(subtask 1 of 1\) failed: fetch\(\) of the split reader gave records of the split 'b'/,
      ),
    )
  })

  it('registers its reader before anything that the reader sends, and with the splits that were restored', async () => {
    const first = await opened()
    assert.deepEqual(first.context.sentEvents, [
      { kind: 'reader-registration', location: 'localhost', splits: [] },
      { kind: 'split-request', location: 'localhost' },
    ])
    first.assign(new PlayedSplit('a', [1, 2, 3]))
    first.reader.pollNext = function pollOnce(output) {
      output.collect(this.splits[0]?.records.shift())
      return 'NOTHING_AVAILABLE'
    }
    assert.equal(first.operator.emitNext(), 'waiting')
    const state = await snapshotOperator(first.operator, first.context, 1)
    const second = new Opened(new PlayedSource(), NO_WATERMARKS)
    await second.operator.initializeState(state, 1)
    await second.operator.open()
    assert.deepEqual(second.reader.calls, ['addSplits a', 'start'])
    assert.deepEqual(second.reader.splits, [{ id: 'a', records: [2, 3] }])
    const [registration] = second.context.sentEvents as { splits: unknown[] }[]
    assert.equal(registration?.splits.length, 1)
  })

  it('waits where nothing is available, and is woken up by the promise of its reader', async () => {
    const { operator, context, reader } = await opened()
    assert.equal(operator.emitNext(), 'waiting')
    assert.equal(context.hasMail, false)
    reader.wake()
    await turn()
    assert.equal(context.hasMail, true)
  })

  it('hands on events and notices of both kinds, and ends with its reader', async () => {
    const source = await opened()
    source.tell({ kind: 'source-event', event: { n: 1 } })
    await source.operator.notifyCheckpointComplete(7)
    source.tell({ kind: 'processing-backlog', isProcessingBacklog: true })
    assert.deepEqual(source.reader.calls, ['start', 'event {"n":1}', 'complete 7'])
    source.assign(new PlayedSplit('a', [5]))
    source.tell({ kind: 'no-more-splits' })
    assert.equal(source.operator.emitNext(), 'end')
    assert.deepEqual(source.context.output.values(), [5])
    await source.operator.close()
    await source.operator.close()
    assert.equal(source.reader.calls.at(-1), 'close')
    assert.equal(source.reader.calls.filter((call) => call === 'close').length, 1)
  })

  it('says end at once when it was cancelled', async () => {
    const source = await opened()
    source.assign(new PlayedSplit('a', [5]))
    source.operator.cancel()
    assert.equal(source.operator.emitNext(), 'end')
  })

  it('refuses what is no reader, where a return or a method is missing', async () => {
    const cases: [given: unknown, text: RegExp][] = [
      [undefined, /createReader\(\) of the source returned undefined, which is no SourceReader: is a return missing\?/],
      [
        { start: () => undefined, close: () => undefined },
        /it has no pollNext\(\), snapshotState\(\), isAvailable\(\)/,
      ],
    ]
    for (const [given, text] of cases) {
      const source = new PlayedSource()
      source.createReader = () => given as never
      await assert.rejects(opened(source), isError('SOURCE_PART_INVALID', text))
    }
  })

  const BAD_READERS: [string, Partial<PlayedReader>, ErrorCode, RegExp][] = [
    ['throws', { pollNext: () => assert.fail('broken') }, 'OPERATOR_FAILED', /^Op \(subtask 1 of 1\) failed: .*broken/],
    ['gives no InputStatus', { pollNext: () => 'SOME' as never }, 'SOURCE_READER_INVALID', /pollNext\(\).*'SOME'/],
    ['gives no promise', { isAvailable: () => undefined as never }, 'SOURCE_READER_INVALID', /isAvailable\(\)/],
  ]
  for (const [what, overrides, code, text] of BAD_READERS) {
    it(`fails where its reader ${what}`, async () => {
      const { operator } = await opened(new PlayedSource(overrides))
      assert.throws(() => operator.emitNext(), isError(code, text))
    })
  }

  it('fails where the promise of its reader is rejected', async () => {
    const source = new PlayedSource({ isAvailable: () => Promise.reject(new Error('connection lost')) })
    const { operator, context } = await opened(source)
    assert.equal(operator.emitNext(), 'waiting')
    await turn()
    assert.throws(
      () => {
        context.runMail()
      },
      isError('OPERATOR_FAILED', /connection lost/),
    )
  })

  it('refuses to store what is no list, what is no split, and what has no serializer', async () => {
    const plain = undefined as never
    const cases: [Partial<PlayedReader>, ErrorCode, RegExp][] = [
      [{ snapshotState: () => 'a' as never }, 'SOURCE_READER_INVALID', /snapshotState\(\)/],
      [{ snapshotState: () => [{ offset: 3 }] as never }, 'SOURCE_SPLIT_INVALID', /\{ offset: 3 \} is no split/],
    ]
    for (const [overrides, code, text] of cases) {
      const { operator, context } = await opened(new PlayedSource(overrides, plain))
      await assert.rejects(snapshotOperator(operator, context, 1), isError(code, text))
    }
    const source = new PlayedSource({ snapshotState: () => [new PlayedSplit('a')] })
    Object.assign(source, { getSplitSerializer: undefined })
    const { operator, context } = await opened(source)
    const text = /the split a cannot be stored: .*PlayedSplit.*getSplitSerializer\(\)/
    await assert.rejects(snapshotOperator(operator, context, 1), isError('SOURCE_NOT_SERIALIZABLE', text))
  })

  it('refuses splits of a version that its serializer does not know', async () => {
    const source = await opened()
    const splits = [Uint8Array.of(9, 1, 2)]
    assert.throws(
      () => {
        source.tell({ kind: 'add-splits', splits })
      },
      isError('SOURCE_STATE_UNREADABLE', /a split of the snapshot cannot be read: .*version 9/),
    )
  })

  it('refuses state of another kind of source', async () => {
    const { operator } = new Opened(new PlayedSource(), NO_WATERMARKS)
    const states = [{ name: 'sequence-ranges' }, { name: 'sequence-assigned' }]
    const restored = { managedKeyed: [], managedOperator: [{ states }] } as never
    await assert.rejects(
      operator.initializeState(restored, 1),
      isError('SOURCE_STATE_FOREIGN', /sequence-ranges, sequence-assigned.*generateSequence/),
    )
  })
})

describe('SourceOperator and time', () => {
  const byValue = WatermarkStrategy.forMonotonousTimestamps<unknown>().withTimestampAssigner((value) => value as number)

  it('lets time come as far as the slowest of its splits, periodically', async () => {
    const source = await opened(new PlayedSource(), byValue)
    source.assign(new PlayedSplit('a', [100, 200]), new PlayedSplit('b', [50]))
    while (source.operator.emitNext() === 'more');
    assert.deepEqual(source.context.output.take(), [record(100, 100), record(200, 200), record(50, 50)])
    source.advance(201)
    assert.deepEqual(source.context.output.take(), [watermark(49)])
    const { splits, numSplits, watermark: time } = source.operator.watermarkTime()
    assert.deepEqual([splits, numSplits, time], [[{ splitId: 'b', watermark: 49 }], 2, 49])
  })

  it('waits for the first record of a split that it was assigned', async () => {
    const source = await opened(new PlayedSource(), byValue)
    source.assign(new PlayedSplit('a', [100]), new PlayedSplit('b'))
    while (source.operator.emitNext() === 'more');
    source.context.output.take()
    source.advance(201)
    assert.deepEqual(source.context.output.take(), [])
  })

  it('does not wait for an idle split, and is idle when all of them are', async () => {
    const source = await opened(new PlayedSource(), byValue.withIdleness(500))
    source.assign(new PlayedSplit('a', [100]), new PlayedSplit('b'))
    while (source.operator.emitNext() === 'more');
    source.context.output.take()
    for (let round = 0; round < 8; round += 1) source.advance(201)
    assert.deepEqual(source.context.output.take(), [watermark(99), status('idle')])
  })

  it('is idle when its splits and its main output are, whichever of them says so first', async () => {
    const source = await opened(new PlayedSource(), byValue)
    source.assign(new PlayedSplit('a'))
    source.reader.pollNext = (output: ReaderOutput<unknown>) => {
      const split = output.createOutputForSplit('a')
      split.emitWatermark(5)
      output.emitWatermark(6)
      output.markIdle()
      split.emitWatermark(7)
      split.markIdle()
      return InputStatus.NOTHING_AVAILABLE
    }
    source.operator.emitNext()
    assert.deepEqual(source.context.output.take(), [watermark(5), watermark(6), watermark(7), status('idle')])
  })

  it('is active again, and waits, when it was idle and gets a split', async () => {
    const source = await opened(new PlayedSource(), byValue)
    source.reader.pollNext = (output: ReaderOutput<unknown>) => {
      output.markIdle()
      return InputStatus.NOTHING_AVAILABLE
    }
    source.operator.emitNext()
    assert.deepEqual(source.context.output.take(), [status('idle')])
    source.assign(new PlayedSplit('a'))
    assert.deepEqual(source.context.output.take(), [status('active')])
    source.advance(201)
    assert.deepEqual(source.context.output.take(), [])
  })

  it('is at the end of time when its records have ended', async () => {
    const source = await opened(new PlayedSource(), byValue)
    source.operator.advanceToEndOfTime()
    assert.deepEqual(source.context.output.take(), [watermark(Number.POSITIVE_INFINITY)])
    await source.operator.finish()
    assert.equal(source.context.clock.pendingTimers, 0)
  })
})

// The cases of Flink's SourceOperatorAlignmentTest and SourceOperatorSplitWatermarkAlignmentTest.
describe('SourceOperator in an alignment group', () => {
  it('is not read while its time is ahead of what it is allowed, and goes on afterwards', async () => {
    const source = await opened(new PlayedSource(), aligned)
    source.assign(new PlayedSplit('2', [1000, 2000, 3000]))
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 999 })
    assert.equal(source.operator.emitNext(), 'more')
    source.advance(2)
    assert.equal(source.reported.at(-1), 1000)
    assert.equal(source.operator.emitNext(), 'waiting')
    assert.deepEqual(source.context.output.values(), [1000])
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 1001 })
    source.operator.emitNext()
    assert.equal(source.operator.emitNext(), 'waiting')
    assert.deepEqual(source.context.output.values(), [1000, 2000])
    source.advance(2)
    assert.equal(source.reported.at(-1), 2000)
  })

  it('reports nothing before its first watermark, and never an older one', async () => {
    const source = await opened(new PlayedSource(), aligned)
    source.operator.emitNext()
    source.advance(2)
    assert.equal(source.reported.length, 0)
    source.assign(new PlayedSplit('2', [2000]))
    while (source.operator.emitNext() === 'more');
    source.advance(2)
    assert.equal(source.reported.at(-1), 2000)
    source.assign(new PlayedSplit('3', [1000]))
    while (source.operator.emitNext() === 'more');
    source.advance(2)
    assert.equal(source.reported.at(-1), 2000)
  })

  it('reports the end of time when it is idle, and when it has finished', async () => {
    const source = await opened(new PlayedSource(), aligned.withIdleness(100))
    source.assign(new PlayedSplit('2', [1]))
    while (source.operator.emitNext() === 'more');
    for (let round = 0; round < 4; round += 1) source.advance(201)
    assert.equal(source.reported.at(-1), Number.POSITIVE_INFINITY)
    source.assign(new PlayedSplit('3', [2]))
    while (source.operator.emitNext() === 'more');
    source.advance(2)
    assert.equal(source.reported.at(-1), 2)
    await source.operator.finish()
    assert.equal(source.reported.at(-1), Number.POSITIVE_INFINITY)
  })

  it('is not idle while it waits for the others', async () => {
    const source = await opened(new PlayedSource(), aligned.withIdleness(500))
    const records = [1000]
    source.reader.pollNext = (output: ReaderOutput<unknown>) => {
      for (const each of records.splice(0)) output.collect(each)
      return InputStatus.NOTHING_AVAILABLE
    }
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 999 })
    source.operator.emitNext()
    source.context.output.take()
    for (let round = 0; round < 8; round += 1) source.advance(201)
    assert.deepEqual(source.context.output.take(), [])
  })

  it('takes no split for idle that is paused', async () => {
    const source = await opened(new PlayedSource(), aligned.withIdleness(500))
    source.assign(new PlayedSplit('a', [500]), new PlayedSplit('b', [100]))
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 300 })
    while (source.operator.emitNext() === 'more');
    source.context.output.take()
    for (let round = 0; round < 8; round += 1) source.advance(201)
    // b alone is idle, so time is a's.
    assert.deepEqual(source.context.output.take(), [watermark(500)])
  })

  it('pauses the splits that are ahead alone, and resumes them', async () => {
    const source = await opened(new PlayedSource(), aligned)
    source.assign(new PlayedSplit('a', [500]), new PlayedSplit('b', [100]))
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 300 })
    while (source.operator.emitNext() === 'more');
    assert.deepEqual(source.context.output.values(), [500, 100])
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 400 })
    source.tell({ kind: 'watermark-alignment', maxWatermarkMs: 500 })
    const paused = source.reader.calls.filter((call) => call.startsWith('pause'))
    assert.deepEqual(paused, ['pause a resume ', 'pause  resume a'])
  })
})
