import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ReaderOutput } from '../../../src/api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../../src/api/connector/source/source-reader-context.js'
import type { SourceSplit } from '../../../src/api/connector/source/source-split.js'
import type { RecordEmitter } from '../../../src/connectors/base/record-emitter.js'
import { RecordsBySplits } from '../../../src/connectors/base/records-by-splits.js'
import { SourceReaderBase } from '../../../src/connectors/base/source-reader-base.js'
import type { SplitReader } from '../../../src/connectors/base/split-reader.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { FlinkError, type ErrorCode } from '../../../src/index.js'

interface Position {
  next: number
}

class TestSplit implements SourceSplit {
  readonly #id: string
  readonly next: number

  constructor(id: string, next = 0) {
    this.#id = id
    this.next = next
  }

  splitId(): string {
    return this.#id
  }
}

/** A test answers its fetches one by one. */
class PlayedSplitReader implements SplitReader<string, TestSplit> {
  readonly calls: string[] = []
  answer: (records: RecordsBySplits<string>) => void = () => undefined
  reject: (error: Error) => void = () => undefined

  fetch(): Promise<RecordsBySplits<string>> {
    this.calls.push('fetch')
    return new Promise((resolve, reject) => {
      this.answer = resolve
      this.reject = reject
    })
  }

  addSplits(splits: readonly TestSplit[]): void {
    this.calls.push(`add ${splits.map((split) => split.splitId()).join()}`)
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    this.calls.push(`pause ${splitsToPause.join()} resume ${splitsToResume.join()}`)
  }

  wakeUp(): void {
    this.calls.push('wakeUp')
    this.answer(new RecordsBySplits())
  }

  close(): void {
    this.calls.push('close')
  }
}

class TestReader extends SourceReaderBase<string, string, TestSplit, Position> {
  readonly finished: string[] = []
  readonly recordEmitter: RecordEmitter<string, string, Position>

  constructor(splitReader: SplitReader<string, TestSplit>) {
    const context = { getClock: () => new ManualClock(0) } as unknown as SourceReaderContext
    const recordEmitter = {
      emitRecord: (record: string, output: { collect(value: string): void }, position: Position): void => {
        output.collect(record)
        position.next += 1
      },
    }
    super({ context, splitReader, recordEmitter })
    this.recordEmitter = recordEmitter
  }

  protected initializedState({ next }: TestSplit): Position {
    return { next }
  }

  protected toSplitType(splitId: string, { next }: Position): TestSplit {
    return new TestSplit(splitId, next)
  }

  protected onSplitFinished(finishedSplits: ReadonlyMap<string, Position>): void {
    for (const [splitId, { next }] of finishedSplits) this.finished.push(`${splitId} at ${String(next)}`)
  }
}

/** Keeps what was emitted to the output of which split. */
class TestOutput implements ReaderOutput<string> {
  readonly emitted: string[] = []

  collect(value: string): void {
    this.emitted.push(value)
  }

  recordFailed(): void {
    assert.fail('no record fails')
  }

  emitWatermark(): void {
    assert.fail('nobody emits one')
  }

  markIdle(): void {
    assert.fail('nobody is idle')
  }

  markActive(): void {
    assert.fail('nobody was idle')
  }

  createOutputForSplit(splitId: string): ReturnType<ReaderOutput<string>['createOutputForSplit']> {
    const none = (): void => undefined
    return {
      collect: (value) => this.emitted.push(`${splitId}: ${value}`),
      recordFailed: none,
      emitWatermark: none,
      markIdle: none,
      markActive: none,
    }
  }

  releaseOutputForSplit(splitId: string): void {
    this.emitted.push(`${splitId} released`)
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function made(): { splitReader: PlayedSplitReader; reader: TestReader; output: TestOutput } {
  const splitReader = new PlayedSplitReader()
  return { splitReader, reader: new TestReader(splitReader), output: new TestOutput() }
}

describe('SourceReaderBase', () => {
  it('emits one record a call, and moves the position of its split with it', async () => {
    const { splitReader, reader, output } = made()
    assert.equal(reader.pollNext(output), 'NOTHING_AVAILABLE')
    reader.addSplits([new TestSplit('a', 5), new TestSplit('b')])
    await turn()
    assert.equal(reader.pollNext(output), 'NOTHING_AVAILABLE')
    const available = reader.isAvailable()
    splitReader.answer(new RecordsBySplits<string>().addAll('a', ['one', 'two']).add('b', 'three'))
    await available
    assert.equal(reader.pollNext(output), 'MORE_AVAILABLE')
    assert.deepEqual(output.emitted, ['a: one'])
    const positions = reader.snapshotState(1).map((split) => [split.splitId(), split.next])
    assert.deepEqual(positions, [
      ['a', 6],
      ['b', 0],
    ])
    while (reader.pollNext(output) === 'MORE_AVAILABLE');
    assert.deepEqual(output.emitted, ['a: one', 'a: two', 'b: three'])
    await reader.close()
  })

  it('hands over two fetches and fetches no further until one was taken', async () => {
    const { splitReader, reader, output } = made()
    reader.addSplits([new TestSplit('a')])
    for (let fetch = 0; fetch < 4; fetch += 1) {
      await turn()
      splitReader.answer(new RecordsBySplits<string>().add('a', String(fetch)))
    }
    await turn()
    assert.deepEqual(splitReader.calls, ['add a', 'fetch', 'fetch'])
    reader.pollNext(output)
    await turn()
    assert.equal(splitReader.calls.length, 4)
    const closed = reader.close()
    await turn()
    await closed
    assert.deepEqual(splitReader.calls.slice(4), ['wakeUp', 'close'])
  })

  it('wakes up a fetch that waits for splits that are added, paused or resumed', async () => {
    const { splitReader, reader } = made()
    reader.addSplits([new TestSplit('a')])
    await turn()
    reader.addSplits([new TestSplit('b')])
    await turn()
    reader.pauseOrResumeSplits(['a', 'unknown'], [])
    await turn()
    assert.deepEqual(splitReader.calls, ['add a', 'fetch', 'wakeUp', 'add b', 'fetch', 'wakeUp', 'pause a resume '])
    assert.equal(reader.getNumberOfCurrentlyAssignedSplits(), 2)
    await reader.close()
  })

  it('is at its end when there are no more splits and all were read to their end', async () => {
    const { splitReader, reader, output } = made()
    reader.addSplits([new TestSplit('a')])
    reader.notifyNoMoreSplits()
    await turn()
    assert.equal(reader.pollNext(output), 'NOTHING_AVAILABLE')
    splitReader.answer(new RecordsBySplits<string>().add('a', 'last').addFinishedSplit('a'))
    await turn()
    assert.equal(reader.pollNext(output), 'MORE_AVAILABLE')
    assert.deepEqual(reader.finished, [])
    assert.equal(reader.pollNext(output), 'END_OF_INPUT')
    assert.deepEqual(output.emitted, ['a: last', 'a released'])
    assert.deepEqual(reader.finished, ['a at 1'])
    assert.deepEqual(reader.snapshotState(1), [])
    await reader.close()
  })

  it('is told by its availability that there are no more splits', async () => {
    const { reader, output } = made()
    assert.equal(reader.pollNext(output), 'NOTHING_AVAILABLE')
    const available = reader.isAvailable()
    reader.notifyNoMoreSplits()
    await available
    assert.equal(reader.pollNext(output), 'END_OF_INPUT')
    await reader.close()
  })

  it('fails with its fetcher, after what was fetched before', async () => {
    const { splitReader, reader, output } = made()
    reader.addSplits([new TestSplit('a')])
    await turn()
    splitReader.answer(new RecordsBySplits<string>().add('a', 'one'))
    await turn()
    splitReader.reject(new Error('connection lost'))
    await turn()
    await reader.isAvailable()
    assert.equal(reader.pollNext(output), 'MORE_AVAILABLE')
    assert.deepEqual(output.emitted, ['a: one'])
    assert.throws(() => {
      while (reader.pollNext(output) !== 'END_OF_INPUT');
    }, /connection lost/)
    await reader.close()
    await reader.close()
    assert.equal(splitReader.calls.filter((call) => call === 'close').length, 1)
  })

  it('refuses records and the end of a split that it was not assigned', async () => {
    const unknown =
      /gave records of the split 'topic', .* Its splits: 'a'\. A split is named by what its splitId\(\) gives/
    await assertFails(new RecordsBySplits<string>().add('topic', 'one'), 'SOURCE_SPLIT_UNKNOWN', unknown)
    const end = new RecordsBySplits<string>().add('a', 'one').addFinishedSplit('topic')
    await assertFails(end, 'SOURCE_SPLIT_UNKNOWN', /gave the end of the split 'topic'/)
  })

  it('refuses what is no fetch', async () => {
    await assertFails(undefined, 'SOURCE_FETCH_INVALID', /gave undefined, .*RecordsWithSplitIds: is a return missing\?/)
    await assertFails(
      [1, 2],
      'SOURCE_FETCH_INVALID',
      /gave \[ 1, 2 \], .*new RecordsBySplits\(\)\.add\(splitId, record\)/,
    )
  })

  for (const method of ['emitRecord', 'initializedState', 'toSplitType', 'onSplitFinished'] as const) {
    it(`refuses a promise of ${method}`, async () => {
      const { splitReader, reader, output } = made()
      const broken = method === 'emitRecord' ? reader.recordEmitter : reader
      Object.assign(broken, { [method]: () => Promise.reject(new Error('nobody awaits it')) })
      const run = async (): Promise<void> => {
        reader.addSplits([new TestSplit('a')])
        await turn()
        splitReader.answer(new RecordsBySplits<string>().add('a', 'one').addFinishedSplit('a'))
        await turn()
        reader.pollNext(output)
        reader.snapshotState(1)
        reader.pollNext(output)
      }
      await assert.rejects(run(), isCode('ASYNC_NOT_ALLOWED', new RegExp(`^TestReader: ${method} returned a Promise`)))
      await reader.close()
    })
  }

  it('refuses a promise of addSplits of its split reader, and of pauseOrResumeSplits', async () => {
    const { splitReader, reader, output } = made()
    Object.assign(splitReader, { addSplits: () => Promise.resolve() })
    reader.addSplits([new TestSplit('a')])
    await turn()
    const refused = isCode('ASYNC_NOT_ALLOWED', /^PlayedSplitReader: addSplits returned a Promise/)
    assert.throws(() => reader.pollNext(output), refused)
    await reader.close()

    const paused = made()
    Object.assign(paused.splitReader, { pauseOrResumeSplits: () => Promise.resolve() })
    paused.reader.addSplits([new TestSplit('a')])
    await turn()
    paused.reader.pauseOrResumeSplits(['a'], [])
    await turn()
    assert.throws(() => paused.reader.pollNext(output), isCode('ASYNC_NOT_ALLOWED', /: pauseOrResumeSplits returned/))
    await paused.reader.close()
  })
})

function isCode(code: ErrorCode, text: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }
}

/** The reader of the split a fails with this fetch. */
async function assertFails(fetch: unknown, code: ErrorCode, text: RegExp): Promise<void> {
  const { splitReader, reader, output } = made()
  reader.addSplits([new TestSplit('a')])
  await turn()
  splitReader.answer(fetch as RecordsBySplits<string>)
  await turn()
  const readOn = (): void => {
    for (let left = 3; left > 0; left -= 1) reader.pollNext(output)
  }
  assert.throws(readOn, isCode(code, text))
  await reader.close()
}
