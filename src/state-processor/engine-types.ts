/**
 * Values that operators of the engine write around those of the program: panes, sessions, buffers of joins. They are shown as plain
 * objects, and made of such again. Who changes one keeps what the operator relies on: times that rise, the order of sessions.
 */
import { ListStateDescriptor } from '../api/state/list-state-descriptor.js'
import { ValueStateDescriptor } from '../api/state/value-state-descriptor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { TimestampedValue } from '../api/windowing/evictors/timestamped-value.js'
import { TaggedUnion } from '../api/datastream/tagged-union.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { RegisteredTypes } from '../core/types/registered-types.js'
import { parseEnclosing } from '../core/types/type-description.js'
import { inFlightType, type InFlightRecord } from '../runtime/taskmanager/async/in-flight-state.js'
import { JoinBuffers } from '../runtime/taskmanager/joins/join-buffers.js'
import { joinBuffersType } from '../runtime/taskmanager/joins/join-buffers-type.js'
import { taggedUnionType } from '../runtime/taskmanager/joins/tagged-union-type.js'
import { NO_RECORDS, TimeBuffer } from '../runtime/taskmanager/joins/time-buffer.js'
import { TtlSerializer } from '../runtime/taskmanager/state/ttl/ttl-serializer.js'
import { TtlValue } from '../runtime/taskmanager/state/ttl/ttl-value.js'
import { appended, Session } from '../runtime/taskmanager/windowing/session.js'
import { sessionsType } from '../runtime/taskmanager/windowing/sessions-type.js'
import { timestampedValueType } from '../runtime/taskmanager/windowing/timestamped-value-type.js'
import { WindowPanes } from '../runtime/taskmanager/windowing/window-panes.js'
import { windowPanesType } from '../runtime/taskmanager/windowing/window-panes-type.js'
import { countIn, fieldsIn, listIn, numberIn } from './json-fields.js'
import { namespaceCodec } from './stored-namespaces.js'
import type { StoredCodec } from './stored-codec.js'

type AnyType = TypeInformation<unknown>
/** The type with the description, of which GENERIC is one; undefined where it cannot be read. */
type TypeNamed = (description: string) => AnyType | undefined

/** Undefined for a type of the program's own. */
export function engineCodec(
  description: string,
  typeNamed: TypeNamed,
  classes: RegisteredTypes,
): StoredCodec | undefined {
  const [around, [first = '', second] = []] = parseEnclosing(description) ?? []
  if (around === 'MERGING') return mergingCodec(first)
  const type = typeNamed(first)
  const other = second === undefined ? undefined : typeNamed(second)
  if (type === undefined) return undefined
  switch (around) {
    case 'TTL':
      return ttlCodec(type, classes)
    case 'TAGGED':
      return other && shown(taggedUnionType([type, other]), classes, TAGGED)
    case 'JOIN_BUFFERS':
      return other && shown(joinBuffersType([type, other]), classes, JOIN_BUFFERS)
    case 'TIMESTAMPED':
      return shown(timestampedValueType(type), classes, TIMESTAMPED)
    case 'IN_FLIGHT':
      return shown(inFlightType(type), classes, IN_FLIGHT)
    case 'PANES':
      return shown(windowPanesType(type), classes, PANES)
    case 'LIST_SESSIONS':
      return shown(sessionsType(new ListStateDescriptor('held', type)), classes, SESSIONS_OF_LISTS)
    case 'VALUE_SESSIONS':
    case 'REDUCING_SESSIONS':
    case 'AGGREGATING_SESSIONS':
      return shown(sessionsType(new ValueStateDescriptor('held', type)), classes, SESSIONS)
    default:
      return undefined
  }
}

/** A value of the engine as a plain object, and back; what is given there may be anything. */
interface PlainObject<T> {
  toPlain(value: T): unknown
  fromPlain(plain: unknown): T
}

function shown<T>(type: TypeInformation<T>, classes: RegisteredTypes, plain: PlainObject<T>): StoredCodec {
  const serializer = type.createSerializer(classes)
  return {
    read: (input) => plain.toPlain(serializer.deserialize(input)),
    skip: (input) => {
      serializer.deserialize(input)
    },
    write: (value, output) => {
      serializer.serialize(plain.fromPlain(value), output)
    },
  }
}

/** The time of the last access to a value comes before it. */
function ttlCodec(type: AnyType, classes: RegisteredTypes): StoredCodec {
  const stored = new TtlSerializer(type.createSerializer(classes))
  return {
    read: (input) => {
      const { value, lastAccessMs } = stored.deserialize(input)
      return { value, lastAccess: lastAccessMs }
    },
    skip: (input) => {
      stored.skip(input)
    },
    write: (plain, output) => {
      const { value } = fieldsIn(plain, 'a value with a time to live')
      const lastAccessMs = numberIn(plain, 'lastAccess', 'a value with a time to live')
      stored.serialize(new TtlValue(value, lastAccessMs), output)
    },
  }
}

/** A window, and the one whose state it uses. */
function mergingCodec(windows: string): StoredCodec | undefined {
  const window = namespaceCodec(windows)
  if (window === undefined) return undefined
  return {
    read: (input) => ({ window: window.read(input), stateWindow: window.read(input) }),
    skip: (input) => {
      window.skip(input)
      window.skip(input)
    },
    write: (value, output) => {
      const fields = fieldsIn(value, 'a window that merges')
      window.write(fields['window'], output)
      window.write(fields['stateWindow'], output)
    },
  }
}

const TIMESTAMPED: PlainObject<TimestampedValue<unknown>> = {
  toPlain: (value) => ({ value: value.getValue(), timestamp: value.getTimestamp() }),
  fromPlain: (plain) => {
    const timestamp = numberIn(plain, 'timestamp', 'a record')
    return new TimestampedValue(fieldsIn(plain, 'a record')['value'], timestamp)
  },
}

const IN_FLIGHT: PlainObject<InFlightRecord> = {
  toPlain: (record) => ({ ...record }),
  fromPlain: (plain) => ({
    value: fieldsIn(plain, 'a record')['value'],
    timestamp: numberIn(plain, 'timestamp', 'a record'),
    keyHash: numberIn(plain, 'keyHash', 'a record'),
  }),
}

const TAGGED: PlainObject<TaggedUnion<unknown, unknown>> = {
  toPlain: (value) => (value.isOne() ? { one: value.getOne() } : { two: value.getTwo() }),
  fromPlain: (plain) => {
    const fields = fieldsIn(plain, 'a record of one of two streams')
    return 'one' in fields ? TaggedUnion.one(fields['one']) : TaggedUnion.two(fields['two'])
  },
}

const PANES: PlainObject<WindowPanes> = {
  toPlain: (panes) => ({
    firedUpTo: panes.firedUpTo,
    cleanedUpTo: panes.cleanedUpTo,
    panes: panes.panes.map(({ start, created, held }) => ({ start, created, held })),
  }),
  fromPlain: (plain) => {
    const given = listIn(fieldsIn(plain, 'panes')['panes'], 'panes')
    const all = given.map((pane) => ({
      start: numberIn(pane, 'start', 'a pane'),
      created: countIn(pane, 'created', 'a pane'),
      held: fieldsIn(pane, 'a pane')['held'],
      isShared: false,
    }))
    const panes = new WindowPanes(all)
    panes.noteTime(numberIn(plain, 'firedUpTo', 'panes'), numberIn(plain, 'cleanedUpTo', 'panes'))
    return panes
  },
}

const SESSIONS: PlainObject<Session> = {
  toPlain: (first) => {
    const sessions: unknown[] = []
    for (let each: Session | null = first; each !== null; each = each.next) {
      sessions.push({ start: each.start, end: each.end, timer: each.timer, held: each.held })
    }
    return sessions
  },
  fromPlain: (plain) => sessionsFromPlain(plain, (held) => held),
}

const SESSIONS_OF_LISTS: PlainObject<Session> = {
  toPlain: SESSIONS.toPlain.bind(SESSIONS),
  fromPlain: (plain) => sessionsFromPlain(plain, (held) => (held === undefined ? held : listIn(held, 'a session'))),
}

function sessionsFromPlain(plain: unknown, heldOf: (held: unknown) => unknown): Session {
  let first: Session | null = null
  for (const each of listIn(plain, 'sessions')) {
    const [start, end] = [numberIn(each, 'start', 'a session'), numberIn(each, 'end', 'a session')]
    const held = heldOf(fieldsIn(each, 'a session')['held'])
    first = appended(first, new Session({ start, end, held, timer: numberIn(each, 'timer', 'a session') }))
  }
  if (first === null) throw new FlinkError('JSON_FORM_INVALID', { reason: 'there is a session at least' })
  return first
}

const JOIN_BUFFERS: PlainObject<JoinBuffers> = {
  toPlain: ({ left, right, lastCleanup, waitsBeyond }) => {
    return { left: recordsIn(left), right: recordsIn(right), lastCleanup, waitsBeyond }
  },
  fromPlain: (plain) => {
    const fields = fieldsIn(plain, 'buffers')
    return JoinBuffers.of({
      left: bufferOf(fields['left']),
      right: bufferOf(fields['right']),
      lastCleanup: numberIn(plain, 'lastCleanup', 'buffers'),
      waitsBeyond: fields['waitsBeyond'] === undefined ? undefined : numberIn(plain, 'waitsBeyond', 'buffers'),
    })
  },
}

function recordsIn(buffer: TimeBuffer): unknown[] {
  const records: unknown[] = []
  for (let at = buffer.start; at < buffer.end; at += 1) {
    records.push({ timestamp: buffer.timeAt(at), value: buffer.valueAt(at) })
  }
  return records
}

function bufferOf(plain: unknown): TimeBuffer {
  const records = listIn(plain, 'a buffer')
  if (records.length === 0) return NO_RECORDS
  const buffer = new TimeBuffer()
  for (const record of records) {
    buffer.add(numberIn(record, 'timestamp', 'a record'), fieldsIn(record, 'a record')['value'])
  }
  return buffer
}
