/**
 * A record as operators have it: its value, and its timestamp where it has one. `replace` puts another value in its place, so that what
 * an operator makes of a record has the record's timestamp.
 *
 * @example
 * ```ts
 * import { StreamRecord } from 'flink-ts'
 *
 * const record = new StreamRecord('a line', 1_000)
 * const length: StreamRecord<number> = record.replace(record.getValue().length)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/runtime/streamrecord/StreamRecord.html
 */
export class StreamRecord<T> {
  #value: T
  #timestampMs: number | null

  constructor(value: T, timestampMs: number | null = null) {
    this.#value = value
    this.#timestampMs = timestampMs
  }

  getValue(): T {
    return this.#value
  }

  /** Ms since the epoch; null where it has none. */
  getTimestamp(): number | null {
    return this.#timestampMs
  }

  hasTimestamp(): boolean {
    return this.#timestampMs !== null
  }

  /** The same object with another value, and with another timestamp where one is given. */
  replace<X>(value: X, timestampMs: number | null = this.#timestampMs): StreamRecord<X> {
    const replaced = this as unknown as StreamRecord<X>
    replaced.#value = value
    replaced.#timestampMs = timestampMs
    return replaced
  }

  setTimestamp(timestampMs: number): void {
    this.#timestampMs = timestampMs
  }

  eraseTimestamp(): void {
    this.#timestampMs = null
  }

  /** Another record with the value, and the timestamp of this one. */
  copy(value: T): StreamRecord<T> {
    return new StreamRecord(value, this.#timestampMs)
  }
}
