/** What keyed state should hold, as plain data, and random changes of it. */
import type { Random } from '../../../../src/core/random/random.js'

export const KEYS: readonly (string | number)[] = Array.from({ length: 40 }, (_, at) =>
  at % 2 === 0 ? at : `key ${String(at)}`,
)
const USER_KEYS = 6

export interface KeyContents {
  readonly value: unknown
  readonly map: Readonly<Record<string, number>>
  readonly list: readonly number[]
}

export type Contents = ReadonlyMap<string | number, KeyContents>

export const NO_CONTENTS: KeyContents = { value: null, map: {}, list: [] }

export type Change = { readonly key: string | number } & (
  | { readonly kind: 'update'; readonly value: unknown }
  | { readonly kind: 'clear value' | 'clear map' | 'clear list' }
  | { readonly kind: 'put'; readonly userKey: string; readonly value: number }
  | { readonly kind: 'remove'; readonly userKey: string }
  | { readonly kind: 'add'; readonly element: number }
)

/** `withList`: the job asks for its list state. */
export function randomChange(random: Random, withList: boolean): Change {
  const key = KEYS[random.nextInt(KEYS.length)] ?? 0
  const value = random.nextInt(1_000_000)
  const userKey = `u${String(random.nextInt(USER_KEYS))}`
  switch (random.nextInt(withList ? 9 : 7)) {
    case 0:
    case 1:
      return { key, kind: 'update', value: 'x'.repeat(random.nextInt(200)) + String(value) }
    case 2:
      return { key, kind: 'clear value' }
    case 3:
    case 4:
      return { key, kind: 'put', userKey, value }
    case 5:
      return { key, kind: 'remove', userKey }
    case 6:
      return { key, kind: 'clear map' }
    case 7:
      return { key, kind: 'add', element: value }
    default:
      return { key, kind: 'clear list' }
  }
}

export function changed(before: KeyContents, change: Change): KeyContents {
  switch (change.kind) {
    case 'update':
      return { ...before, value: change.value }
    case 'clear value':
      return { ...before, value: null }
    case 'put':
      return { ...before, map: { ...before.map, [change.userKey]: change.value } }
    case 'remove':
      return {
        ...before,
        map: Object.fromEntries(Object.entries(before.map).filter(([key]) => key !== change.userKey)),
      }
    case 'clear map':
      return { ...before, map: {} }
    case 'add':
      return { ...before, list: [...before.list, change.element] }
    case 'clear list':
      return { ...before, list: [] }
  }
}
