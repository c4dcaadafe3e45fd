/**
 * The entries of one state in one key group. Where later blocks changed some of them, those that are left are found first; else they
 * come one after the other as they lie there.
 */
import type { DataInputView } from '../core/memory/data-input-view.js'
import { openBlock, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import type { StoredCodec } from './stored-codec.js'

type ReadCodec = Pick<StoredCodec, 'read' | 'skip'>

/** StoredTypes, as far as entries are read. */
export interface ReadTypes {
  readonly key: ReadCodec
  readonly namespace: ReadCodec | undefined
  readonly value: ReadCodec | undefined
}

export interface StoredEntry {
  readonly key: unknown
  readonly namespace: unknown
  /** Its value comes next. Who does not read it need not step over it. */
  readonly input: DataInputView
  /** Where in the memory of `input` the entry begins, and its value. */
  readonly start: number
  readonly valueStart: number
}

/** Two entries of a state are the same where key and namespace have the same bytes. */
export function identityOf({ input, start, valueStart }: Omit<StoredEntry, 'key' | 'namespace'>): string {
  return input.latin1Text(start, valueStart)
}

export function* entriesOf(blocks: readonly KeyGroupBlock[], types: ReadTypes): Generator<StoredEntry> {
  const [only, ...later] = blocks
  if (only === undefined) return
  if (later.length === 0) {
    yield* entriesInOrder(only, types)
    return
  }
  const left = new Map<string, { readonly input: DataInputView; readonly start: number; readonly valueStart: number }>()
  for (const block of blocks) {
    for (const entry of entriesInOrder(block, types, (removed) => left.delete(removed))) {
      const { input, start, valueStart } = entry
      left.set(identityOf(entry), { input, start, valueStart })
    }
  }
  for (const { input, start, valueStart } of left.values()) {
    input.position = start
    const key = types.key.read(input)
    const namespace = types.namespace?.read(input)
    yield { key, namespace, input, start, valueStart }
  }
}

/** `remove` is called for each key that the block takes away, before the first entry. */
function* entriesInOrder(
  block: KeyGroupBlock,
  { key: keys, namespace: namespaces, value: values }: ReadTypes,
  remove: (identity: string) => void = () => undefined,
): Generator<StoredEntry> {
  const { input, removedCount } = openBlock(block, namespaces !== undefined)
  for (let index = 0; index < removedCount; index += 1) {
    const start = input.position
    keys.skip(input)
    namespaces?.skip(input)
    remove(identityOf({ input, start, valueStart: input.position }))
  }
  for (let index = 0; index < block.count; index += 1) {
    const start = input.position
    const key = keys.read(input)
    const namespace = namespaces?.read(input)
    const valueStart = input.position
    yield { key, namespace, input, start, valueStart }
    if (input.position === valueStart) values?.skip(input)
  }
}
