// Duty: a request for state comes with a descriptor, and with one of the kind that was asked for.
// Invariants: what plain JavaScript gives in its place is STATE_DESCRIPTOR_INVALID, which fails the job at once: an attempt
// after it would do the same.
// Thread: the task worker that owns the operator.
import type { StateDescriptor, StateKind } from '../../../api/state/state-descriptor.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

const CLASSES: Readonly<Record<StateKind, string>> = {
  value: 'ValueStateDescriptor',
  list: 'ListStateDescriptor',
  map: 'MapStateDescriptor',
  reducing: 'ReducingStateDescriptor',
  aggregating: 'AggregatingStateDescriptor',
}

/** The descriptor, if it is one of this kind. */
export function checkedDescriptor<D extends StateDescriptor<unknown>>(
  descriptor: D,
  kind: StateKind,
  operator: string,
): D {
  const given = kindOf(descriptor)
  if (given === kind) return descriptor
  const described = given === undefined ? describeValue(descriptor) : `a ${CLASSES[given]} ('${descriptor.name}')`
  throw new FlinkError('STATE_DESCRIPTOR_INVALID', { operator, expected: CLASSES[kind], given: described })
}

/** Operator state has no time to live: nobody would remove it. */
export function checkWithoutTtl({ kind, name, ttlConfig }: StateDescriptor<unknown>, operator: string): void {
  if (!ttlConfig.isEnabled()) return
  const given = `a ${CLASSES[kind]} ('${name}') that has a time to live, which is for keyed state alone`
  throw new FlinkError('STATE_DESCRIPTOR_INVALID', { operator, expected: CLASSES[kind], given })
}

function kindOf(value: unknown): StateKind | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  const { kind } = value
  return typeof kind === 'string' && Object.hasOwn(CLASSES, kind) ? (kind as StateKind) : undefined
}
