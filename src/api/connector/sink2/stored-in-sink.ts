import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StoredValue } from '../source/simple-versioned-serialization.js'

/** Of committables and the state of writers: what is said where they cannot be stored or read. */
export function storedInSink<T>(sink: string, what: string, serializer: string): StoredValue<T> {
  return {
    notSerializable: (_value, reason, cause) =>
      new FlinkError('SINK_NOT_SERIALIZABLE', { sink, what, reason, serializer }, { cause }),
    unreadable: (reason, cause) => new FlinkError('SINK_STATE_UNREADABLE', { sink, what, reason }, { cause }),
  }
}
