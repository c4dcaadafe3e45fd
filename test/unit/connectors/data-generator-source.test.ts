import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NumberSequenceSplit, splitSequence } from '../../../src/api/connector/source/lib/number-sequence-split.js'
import type { ReaderOutput } from '../../../src/api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../../src/api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../../src/api/connector/source/source-reader.js'
import { DataGeneratorSource } from '../../../src/connectors/datagen/data-generator-source.js'
import { RateLimiterStrategy } from '../../../src/connectors/datagen/rate-limiter-strategy.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { FlinkError } from '../../../src/index.js'

type Reader = SourceReader<number, NumberSequenceSplit>

const clock = new ManualClock(0)
const context = {
  getClock: () => clock,
  currentParallelism: () => 2,
  sendSplitRequest: () => undefined,
} as unknown as SourceReaderContext

async function readerOf(strategy: RateLimiterStrategy): Promise<Reader> {
  const reader = await new DataGeneratorSource((n: number) => n * 10, 1000, strategy).createReader(context)
  reader.addSplits([new NumberSequenceSplit('1', 0, 999)])
  return reader
}

function outputTo(values: number[]): ReaderOutput<number> {
  const output: ReaderOutput<number> = {
    collect: (value) => values.push(value),
    recordFailed: (error) => {
      throw error
    },
    emitWatermark: () => undefined,
    markIdle: () => undefined,
    markActive: () => undefined,
    createOutputForSplit: () => output,
    releaseOutputForSplit: () => undefined,
  }
  return output
}

/** Asks the reader until it has to wait; gives what it has emitted in all. */
function emittedBy(reader: Reader, values: number[]): number {
  const output = outputTo(values)
  while (reader.pollNext(output) === 'MORE_AVAILABLE');
  return values.length
}

describe('DataGeneratorSource', () => {
  it('makes records of the numbers from 0 on', async () => {
    const reader = await new DataGeneratorSource({ map: (n: number) => n * 10 }, 3).createReader(context)
    reader.addSplits(splitSequence(0, 2, 2))
    reader.notifyNoMoreSplits()
    const values: number[] = []
    while (reader.pollNext(outputTo(values)) !== 'END_OF_INPUT');
    assert.deepEqual(values, [0, 10, 20])
  })

  it('emits so many a second, shared by its subtasks, and saves up a second at most', async () => {
    const reader = await readerOf(RateLimiterStrategy.perSecond(100))
    const values: number[] = []
    assert.equal(emittedBy(reader, values), 1)
    for (let ms = 0; ms < 1000; ms += 1) {
      clock.advance(1)
      await Promise.resolve()
      await Promise.resolve()
      emittedBy(reader, values)
    }
    assert.equal(values.length, 51)
    await reader.close()
    assert.equal(clock.pendingTimers, 0)
  })

  it('refuses a function that gives nothing, or a promise', async () => {
    const refused = [
      [() => undefined, 'RESULT_MISSING', /^DataGeneratorSource: map returned undefined\. Is a return missing\?/],
      [() => Promise.resolve(1), 'ASYNC_NOT_ALLOWED', /^DataGeneratorSource: map returned a Promise/],
    ] as const
    for (const [map, code, text] of refused) {
      const reader = await new DataGeneratorSource<unknown>(map, 3).createReader(context)
      reader.addSplits(splitSequence(0, 2, 2))
      assert.throws(
        () => emittedBy(reader, []),
        (error) => FlinkError.is(error, code) && text.test(error.message),
      )
    }
  })

  it('emits so many between two checkpoints', async () => {
    const reader = await readerOf(RateLimiterStrategy.perCheckpoint(20))
    const values: number[] = []
    assert.equal(emittedBy(reader, values), 10)
    await reader.notifyCheckpointComplete?.(1)
    await reader.isAvailable()
    assert.equal(emittedBy(reader, values), 20)
    await reader.close()
  })

  it('refuses a count, a function and a rate that cannot be', () => {
    const invalid = (error: unknown): boolean => FlinkError.is(error, 'GRAPH_INVALID')
    assert.throws(() => new DataGeneratorSource((n) => n, 0), invalid)
    assert.throws(() => new DataGeneratorSource({} as never, 1), invalid)
    assert.throws(() => RateLimiterStrategy.perSecond(0), invalid)
    assert.throws(() => RateLimiterStrategy.perCheckpoint(1.5), invalid)
  })

  it('splits numbers as evenly as they come out', () => {
    const parts = splitSequence(1, 10, 4).map(({ from, to }) => [from, to])
    assert.deepEqual(parts, [
      [1, 3],
      [4, 6],
      [7, 8],
      [9, 10],
    ])
    assert.equal(splitSequence(1, 2, 4).length, 2)
  })
})
