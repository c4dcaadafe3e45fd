/**
 * Where a source had a record from, as far as it knows: a message of Kafka has all but the path.
 *
 * @example
 * ```ts
 * import type { RecordOrigin } from 'flink-ts'
 *
 * const origin: RecordOrigin = { topic: 'orders', partition: 3, offset: 17, key: null, headers: [] }
 * ```
 */
export interface RecordOrigin {
  readonly topic?: string
  readonly partition?: number
  /** Of a message in its partition; of a record in its file, in bytes. */
  readonly offset?: number
  readonly key?: Uint8Array | null
  /** In their order; a name may come twice. */
  readonly headers?: readonly RecordHeader[]
  /** Of a file. */
  readonly path?: string
}

/**
 * A header of a message.
 *
 * @example
 * ```ts
 * import type { RecordHeader } from 'flink-ts'
 *
 * const header: RecordHeader = { name: 'trace', value: new TextEncoder().encode('4bf92f35') }
 * ```
 */
export interface RecordHeader {
  readonly name: string
  readonly value: Uint8Array | null
}

/**
 * A record with which an operator failed, as `onError('dead-letter')` gives it out: what it was, why, and where. Plain data.
 *
 * @example
 * ```ts
 * import type { DataStream, DeadLetter, SingleOutputStreamOperator } from 'flink-ts'
 *
 * function textsOf(parsed: SingleOutputStreamOperator<unknown>): DataStream<string> {
 *   const letters: DataStream<DeadLetter<string>> = parsed.onError('dead-letter').getDeadLetters<string>()
 *   return letters.map(({ operator, error, record }) => `${operator}: ${error}: ${record}`)
 * }
 * ```
 */
export interface DeadLetter<T = unknown> {
  /** What the operator was given; of a source the bytes, or the text, that it could make no record of. */
  readonly record: T
  /** What was thrown, in one line, with the class of the error. */
  readonly error: string
  /** Empty where what was thrown has none. */
  readonly stackTrace: string
  /** The operator's name. */
  readonly operator: string
  /** Which of its subtasks, from 0 on. */
  readonly subtask: number
  /** The record's event time in ms; null where it has none. */
  readonly timestamp: number | null
  /** Of a source that knows it. */
  readonly origin: RecordOrigin | null
}

/**
 * What a source could make no record of, as its reader says it: `SourceOutput.recordFailed`.
 *
 * @example
 * ```ts
 * import type { FailedRecord } from 'flink-ts'
 *
 * const failed = (bytes: Uint8Array, offset: number): FailedRecord => ({ record: bytes, origin: { topic: 'orders', offset } })
 * ```
 */
export interface FailedRecord {
  readonly record: unknown
  /** Event time in ms. */
  readonly timestamp?: number | undefined
  readonly origin?: RecordOrigin | undefined
}
