// Duty: what is left of a value, list or map of memory when that which has expired is left out.
// Invariants: nothing in it changes: a snapshot, or who reads, may have it at the same time. It is the same object where nothing
// has expired.
// Thread: the task worker that owns the backend.
import { UserMap } from '../user-map.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { StateTypes } from '../state-table.js'
import { TtlValue } from './ttl-value.js'

/** Undefined where nothing is left. `serializer`: of the values of the state. */
export type WithoutExpired = (value: unknown, expiredUpToMs: number) => unknown

export function withoutExpiredOf(serializer: TypeSerializer<unknown>): WithoutExpired {
  if (!(serializer instanceof UserMapSerializer)) return ofOneOrList
  return (value, expiredUpToMs) => ofMap(value as UserMap, serializer, expiredUpToMs)
}

/**
 * What a whole snapshot that begins now has of a value, undefined where that is nothing; undefined for a state whose snapshots have
 * everything.
 */
export function leftInSnapshots({ serializer, ttl }: StateTypes): ((value: unknown) => unknown) | undefined {
  if (ttl?.config.getCleanupStrategies().inFullSnapshot() !== true) return undefined
  const withoutExpired = withoutExpiredOf(serializer)
  const expiredUpToMs = ttl.expiredUpToMs()
  return (value) => withoutExpired(value, expiredUpToMs)
}

function ofOneOrList(value: unknown, expiredUpToMs: number): unknown {
  if (value instanceof TtlValue) return value.lastAccessMs > expiredUpToMs ? value : undefined
  const list = value as readonly TtlValue[]
  const living = list.filter(({ lastAccessMs }) => lastAccessMs > expiredUpToMs)
  if (living.length === list.length) return list
  return living.length === 0 ? undefined : living
}

function ofMap(map: UserMap, { userKeys }: UserMapSerializer, expiredUpToMs: number): unknown {
  let living = 0
  map.forEach((_, value) => {
    if ((value as TtlValue).lastAccessMs > expiredUpToMs) living += 1
  })
  if (living === map.size) return map
  if (living === 0) return undefined
  const left = new UserMap(userKeys)
  map.forEach((key, value) => {
    if ((value as TtlValue).lastAccessMs > expiredUpToMs) left.set(key, value)
  })
  return left
}
