/**
 * Values that operators of the engine write around those of the program: panes, sessions, buffers of joins. They are shown as plain
 * objects. Who changes one would have to keep what the operator relies on, so they are never written from JSON.
 */
import type { PairTypes } from '../api/dag/operators/join-spec.js'
import { ListStateDescriptor } from '../api/state/list-state-descriptor.js'
import { ValueStateDescriptor } from '../api/state/value-state-descriptor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import type { TimestampedValue } from '../api/windowing/evictors/timestamped-value.js'
import type { TaggedUnion } from '../api/datastream/tagged-union.js'
import type { RegisteredTypes } from '../core/types/registered-types.js'
import { inFlightType } from '../runtime/taskmanager/async/in-flight-state.js'
import type { JoinBuffers } from '../runtime/taskmanager/joins/join-buffers.js'
import { joinBuffersType } from '../runtime/taskmanager/joins/join-buffers-type.js'
import { taggedUnionType } from '../runtime/taskmanager/joins/tagged-union-type.js'
import type { TimeBuffer } from '../runtime/taskmanager/joins/time-buffer.js'
import type { Session } from '../runtime/taskmanager/windowing/session.js'
import { sessionsType } from '../runtime/taskmanager/windowing/sessions-type.js'
import { timestampedValueType } from '../runtime/taskmanager/windowing/timestamped-value-type.js'
import type { WindowPanes } from '../runtime/taskmanager/windowing/window-panes.js'
import { windowPanesType } from '../runtime/taskmanager/windowing/window-panes-type.js'
import { namespaceCodec } from './stored-namespaces.js'
import type { StoredCodec } from './stored-codec.js'

type AnyType = TypeInformation<unknown>
/** The type with the description, of which GENERIC is one; undefined where it cannot be read. */
type TypeNamed = (description: string) => AnyType | undefined

const AROUND = /^([A-Z_]+)\((.*)\)$/

/** Undefined for a type of the program's own. */
export function engineCodec(
  description: string,
  typeNamed: TypeNamed,
  classes: RegisteredTypes,
): StoredCodec | undefined {
  const [, around = '', inner = ''] = AROUND.exec(description) ?? []
  if (around === 'MERGING') return mergingCodec(inner)
  if (around === 'TAGGED' || around === 'JOIN_BUFFERS') {
    const pair = pairOf(inner, typeNamed)
    return pair && pairCodec(around, pair, classes)
  }
  const type = typeNamed(inner)
  if (type === undefined) return undefined
  switch (around) {
    case 'TIMESTAMPED':
      return shown(timestampedValueType(type), classes, timestampedToPlain)
    case 'IN_FLIGHT':
      return shown(inFlightType(type), classes, (record) => ({ ...record }))
    case 'PANES':
      return shown(windowPanesType(type), classes, panesToPlain)
    case 'LIST_SESSIONS':
      return shown(sessionsType(new ListStateDescriptor('held', type)), classes, sessionsToPlain)
    case 'VALUE_SESSIONS':
    case 'REDUCING_SESSIONS':
    case 'AGGREGATING_SESSIONS':
      return shown(sessionsType(new ValueStateDescriptor('held', type)), classes, sessionsToPlain)
    default:
      return undefined
  }
}

function shown<T>(type: TypeInformation<T>, classes: RegisteredTypes, toPlain: (value: T) => unknown): StoredCodec {
  const serializer = type.createSerializer(classes)
  return {
    read: (input) => toPlain(serializer.deserialize(input)),
    skip: (input) => {
      serializer.deserialize(input)
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
  }
}

/** Each separator may be the one between the two, or stand within one of them. */
function pairOf(text: string, typeNamed: TypeNamed): PairTypes | undefined {
  for (let at = text.indexOf(', '); at >= 0; at = text.indexOf(', ', at + 1)) {
    const [first, second] = [typeNamed(text.slice(0, at)), typeNamed(text.slice(at + 2))]
    if (first !== undefined && second !== undefined) return [first, second]
  }
  return undefined
}

function pairCodec(around: 'TAGGED' | 'JOIN_BUFFERS', pair: PairTypes, classes: RegisteredTypes): StoredCodec {
  return around === 'TAGGED'
    ? shown(taggedUnionType(pair), classes, taggedToPlain)
    : shown(joinBuffersType(pair), classes, buffersToPlain)
}

function timestampedToPlain(value: TimestampedValue<unknown>): unknown {
  return { value: value.getValue(), timestamp: value.getTimestamp() }
}

function taggedToPlain(value: TaggedUnion<unknown, unknown>): unknown {
  return value.isOne() ? { one: value.getOne() } : { two: value.getTwo() }
}

function panesToPlain(panes: WindowPanes): unknown {
  const { firedUpTo, cleanedUpTo } = panes
  return { firedUpTo, cleanedUpTo, panes: panes.panes.map(({ start, held }) => ({ start, held })) }
}

function sessionsToPlain(first: Session): unknown {
  const sessions: unknown[] = []
  for (let each: Session | null = first; each !== null; each = each.next) {
    sessions.push({ start: each.start, end: each.end, timer: each.timer, held: each.held })
  }
  return sessions
}

function buffersToPlain(buffers: JoinBuffers): unknown {
  const { left, right, lastCleanup, waitsBeyond } = buffers
  return { left: recordsIn(left), right: recordsIn(right), lastCleanup, waitsBeyond }
}

function recordsIn(buffer: TimeBuffer): unknown[] {
  const records: unknown[] = []
  for (let at = buffer.start; at < buffer.end; at += 1) {
    records.push({ timestamp: buffer.timeAt(at), value: buffer.valueAt(at) })
  }
  return records
}
