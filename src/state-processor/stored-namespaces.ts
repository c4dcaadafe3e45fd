/** Namespaces of state by the names that snapshots give their types: windows and timers. */
import { TIME_WINDOW_SERIALIZER, TimeWindow } from '../api/windowing/windows/time-window.js'
import { GLOBAL_WINDOW_SERIALIZER, GlobalWindow } from '../api/windowing/windows/global-window.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { numberIn } from './json-fields.js'
import type { StoredCodec } from './stored-codec.js'

const TIMER = /^TIMER\((.*)\)$/
const VOID = 'VOID'
const GLOBAL = 'GlobalWindow'

/** As `{"start", "end"}`. */
const TIME_WINDOWS: StoredCodec = {
  read: (input) => {
    const window = TIME_WINDOW_SERIALIZER.deserialize(input)
    return { start: window.getStart(), end: window.getEnd() }
  },
  skip: (input) => {
    TIME_WINDOW_SERIALIZER.deserialize(input)
  },
  write: (value, output) => {
    const window = new TimeWindow(numberIn(value, 'start', 'a window'), numberIn(value, 'end', 'a window'))
    TIME_WINDOW_SERIALIZER.serialize(window, output)
  },
}

const GLOBAL_WINDOWS: StoredCodec = {
  read: (input) => {
    GLOBAL_WINDOW_SERIALIZER.deserialize(input)
    return GLOBAL
  },
  skip: (input) => {
    GLOBAL_WINDOW_SERIALIZER.deserialize(input)
  },
  write: (value, output) => {
    if (value !== GLOBAL) throw new FlinkError('JSON_FORM_INVALID', { reason: `the namespace is "${GLOBAL}"` })
    GLOBAL_WINDOW_SERIALIZER.serialize(GlobalWindow.get(), output)
  },
}

/** Undefined for windows of the program's own, and for timers of an operator of its own. */
export function namespaceCodec(fingerprint: string): StoredCodec | undefined {
  if (fingerprint === TIME_WINDOW_SERIALIZER.name) return TIME_WINDOWS
  if (fingerprint === GLOBAL_WINDOW_SERIALIZER.name) return GLOBAL_WINDOWS
  const [, inner] = TIMER.exec(fingerprint) ?? []
  if (inner === undefined) return undefined
  if (inner === VOID) return timers(undefined)
  const namespace = namespaceCodec(inner)
  return namespace && timers(namespace)
}

/** As `{"timestamp"}`, with `"namespace"` where it belongs to a window. */
function timers(inner: StoredCodec | undefined): StoredCodec {
  return {
    read: (input) => {
      const timestamp = input.readFloat64()
      return inner === undefined ? { timestamp } : { timestamp, namespace: inner.read(input) }
    },
    skip: (input) => {
      input.readFloat64()
      inner?.skip(input)
    },
    write: (value, output) => {
      output.writeFloat64(numberIn(value, 'timestamp', 'a timer'))
      inner?.write((value as { readonly namespace?: unknown }).namespace, output)
    },
  }
}
