import type { Sink } from '../connector/sink2/sink.js'
import type { DeadLetter } from '../badrecords/dead-letter.js'
import type { SinkFunction } from '../functions/sink-function.js'

/**
 * What becomes of a record with which an operator fails, as `onError` of a stream or sink takes it: `fail`, the job fails and
 * restarts by its strategy (the default); `skip`, it is left out and counted; `dead-letter`, it goes to a sink of its own.
 *
 * @example
 * ```ts
 * import type { DataStream, OnError } from 'flink-ts'
 *
 * const parsed = (lines: DataStream<string>, policy: Exclude<OnError, 'dead-letter'>): DataStream<unknown> =>
 *   lines.map((line) => JSON.parse(line) as unknown).onError(policy)
 * ```
 */
export type OnError = 'fail' | 'skip' | 'dead-letter'

/** What an operator does where its record fails: all but `fail`, which needs nothing. */
export type BadRecordPolicy = Exclude<OnError, 'fail'>

/** Of a transformation whose bad records do not fail the job. */
export interface BadRecordSettings {
  readonly policy: BadRecordPolicy
  /** Where a sink was given; else somebody reads the stream of dead letters. */
  readonly sink: Sink<DeadLetter> | SinkFunction<DeadLetter> | undefined
}

/** The side output of dead letters: no tag that a program would choose. */
export const DEAD_LETTERS = 'flink-ts: dead letters'
