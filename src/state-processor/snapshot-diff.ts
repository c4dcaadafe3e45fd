/**
 * What one snapshot has that another has not, or has otherwise, as lines that `state import` takes: imported into the first they
 * make the second of it. A key group of both is in memory at a time.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { isStateWanted, operatorLabel, wantedOperators, type EntryFilter } from './entry-filter.js'
import { beginningOf, type TakeLines } from './entry-lines.js'
import { canonicalText, JsonForm } from './json-form.js'
import { keyGroupsOf, type StoredKeyGroup } from './keyed-key-groups.js'
import { elementsOf } from './operator-elements.js'
import type { SnapshotContents } from './snapshot-contents.js'
import { entriesOf, identityOf } from './stored-entries.js'
import { DataInputView } from '../core/memory/data-input-view.js'

export interface SnapshotDifference {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/** Fields of the line by the identity of an entry: those that name it, and its value (empty where it has none). */
type Texts = Map<string, { readonly name: string; readonly value: string; readonly bytes: string }>

export async function diffSnapshots(
  left: SnapshotContents,
  right: SnapshotContents,
  { filter, take }: { readonly filter: EntryFilter; readonly take: TakeLines },
): Promise<SnapshotDifference> {
  const diff = new Diff(left, right, filter, take)
  await diff.run()
  return diff
}

class Diff implements SnapshotDifference {
  readonly #left: SnapshotContents
  readonly #right: SnapshotContents
  readonly #filter: EntryFilter
  readonly #take: TakeLines
  readonly #wantedKey: string | undefined
  added = 0
  removed = 0
  changed = 0
  #text = ''
  #isOpen = true

  constructor(left: SnapshotContents, right: SnapshotContents, filter: EntryFilter, take: TakeLines) {
    this.#left = left
    this.#right = right
    this.#filter = filter
    this.#take = take
    this.#wantedKey = filter.key === undefined ? undefined : canonicalText(filter.key)
  }

  async run(): Promise<void> {
    for (const [left, right] of this.#pairs()) {
      if (!this.#isOpen) return
      if (left !== undefined && right !== undefined) refuseOtherKeyGroups(left, right)
      await this.#compareKeyed(left, right)
      if (this.#wantedKey === undefined) await this.#compareElements(left, right)
      this.#flush()
    }
  }

  /** By id, in the order of the second one; then those that are in the first alone. */
  *#pairs(): Generator<readonly [OperatorState | undefined, OperatorState | undefined]> {
    const inEither = (contents: SnapshotContents): OperatorState[] => this.#operatorsOf(contents)
    const [lefts, rights] = [inEither(this.#left), inEither(this.#right)]
    for (const right of rights) yield [lefts.find(({ operatorId }) => operatorId === right.operatorId), right]
    for (const left of lefts) {
      if (!rights.some(({ operatorId }) => operatorId === left.operatorId)) yield [left, undefined]
    }
  }

  /** What one of the two does not have may be in the other. */
  #operatorsOf(contents: SnapshotContents): OperatorState[] {
    try {
      return wantedOperators(contents.snapshot, this.#filter)
    } catch (error) {
      if (!FlinkError.is(error, 'SNAPSHOT_CONTENT_UNKNOWN')) throw error
      const other = contents === this.#left ? this.#right : this.#left
      const ids = new Set(wantedOperators(other.snapshot, this.#filter).map(({ operatorId }) => operatorId))
      return contents.snapshot.metadata.operators.filter(({ operatorId }) => ids.has(operatorId))
    }
  }

  async #compareKeyed(left: OperatorState | undefined, right: OperatorState | undefined): Promise<void> {
    const none = async function* (): AsyncGenerator<StoredKeyGroup> {
      // An operator that is in one of the two alone.
    }
    const lefts = left === undefined ? none() : keyGroupsOf(left, this.#left.source)
    const rights = right === undefined ? none() : keyGroupsOf(right, this.#right.source)
    let [ofLeft, ofRight] = [await lefts.next(), await rights.next()]
    while (this.#isOpen && (ofLeft.done !== true || ofRight.done !== true)) {
      const [leftGroup, rightGroup] = [
        ofLeft.value as StoredKeyGroup | undefined,
        ofRight.value as StoredKeyGroup | undefined,
      ]
      const keyGroup = Math.min(leftGroup?.keyGroup ?? Infinity, rightGroup?.keyGroup ?? Infinity)
      const isLeft = leftGroup?.keyGroup === keyGroup
      const isRight = rightGroup?.keyGroup === keyGroup
      this.#compareKeyGroups({ left, right }, isLeft ? leftGroup : undefined, isRight ? rightGroup : undefined)
      if (isLeft) ofLeft = await lefts.next()
      if (isRight) ofRight = await rights.next()
    }
    if (!this.#isOpen) await Promise.all([lefts.return(undefined), rights.return(undefined)])
  }

  #compareKeyGroups(
    operators: { readonly left: OperatorState | undefined; readonly right: OperatorState | undefined },
    left: StoredKeyGroup | undefined,
    right: StoredKeyGroup | undefined,
  ): void {
    const names = new Set([...(left?.states.keys() ?? []), ...(right?.states.keys() ?? [])])
    for (const name of names) {
      if (!isStateWanted(this.#filter, name)) continue
      const [before, after] = [left?.states.get(name), right?.states.get(name)]
      const texts = [
        this.#textsOf(this.#left, operators.left, before),
        this.#textsOf(this.#right, operators.right, after),
      ] as const
      const operator = operators.right ?? operators.left
      const metadata = after?.metadata ?? before?.metadata
      if (operator !== undefined && metadata !== undefined) this.#compare(beginningOf({ operator, metadata }), texts)
    }
    if (this.#text.length > 0) this.#flush()
  }

  #textsOf(
    contents: SnapshotContents,
    operator: OperatorState | undefined,
    stored: ReturnType<StoredKeyGroup['states']['get']>,
  ): Texts {
    const texts: Texts = new Map()
    const state = operator && stored && contents.readableState(operator, stored.metadata)
    if (state === undefined || stored === undefined) return texts
    const form = new JsonForm(contents.classes)
    const { value: values, namespace: namespaces } = state.types
    for (const entry of entriesOf(stored.blocks, state.types)) {
      const key = form.write(entry.key)
      const namespace = namespaces === undefined ? '' : `,"namespace":${form.write(entry.namespace)}`
      const value = values === undefined ? '' : form.write(values.read(entry.input))
      const { input, valueStart } = entry
      const bytes = input.latin1Text(valueStart, input.position)
      if (this.#isWanted(key)) texts.set(identityOf(entry), { name: `"key":${key}${namespace}`, value, bytes })
    }
    return texts
  }

  async #compareElements(left: OperatorState | undefined, right: OperatorState | undefined): Promise<void> {
    const [before, after] = [await this.#elements(this.#left, left), await this.#elements(this.#right, right)]
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const operator = right ?? left
      const metadata = after.get(name)?.metadata ?? before.get(name)?.metadata
      if (operator === undefined || metadata === undefined) continue
      const texts = [before.get(name)?.texts ?? new Map(), after.get(name)?.texts ?? new Map()] as const
      this.#compare(beginningOf({ operator, metadata }), texts)
    }
  }

  async #elements(
    contents: SnapshotContents,
    operator: OperatorState | undefined,
  ): Promise<Map<string, { readonly metadata: StateMetadata; readonly texts: Texts }>> {
    const found = new Map<string, { readonly metadata: StateMetadata; readonly texts: Texts }>()
    if (operator === undefined) return found
    const form = new JsonForm(contents.classes)
    for await (const { metadata, subtask, elements } of elementsOf(operator, contents.source)) {
      if (!isStateWanted(this.#filter, metadata.name)) continue
      const known = found.get(metadata.name)
      const texts: Texts = known?.texts ?? new Map()
      if (known === undefined) found.set(metadata.name, { metadata, texts })
      else if (metadata.kind === 'broadcast') continue
      const types = contents.readableState(operator, metadata)?.types
      for (const [index, element] of elements.entries()) {
        const input = new DataInputView(element)
        const bytes = input.latin1Text(0, element.length)
        if (metadata.kind === 'broadcast') {
          const key = types === undefined ? undefined : form.write(types.key.read(input))
          const value = types?.value === undefined ? '' : form.write(types.value.read(input))
          if (key !== undefined) texts.set(key, { name: `"key":${key}`, value, bytes })
        } else {
          const name = `"subtask":${String(subtask)},"index":${String(index)}`
          const value = form.write(types?.value === undefined ? new Uint8Array(element) : types.value.read(input))
          texts.set(name, { name, value, bytes })
        }
      }
    }
    return found
  }

  #compare(beginning: string, [before, after]: readonly [Texts, Texts]): void {
    for (const [identity, { name, value, bytes }] of after) {
      const was = before.get(identity)
      if (was === undefined) {
        this.added += 1
        this.#add('added', beginning, `${name}${fieldOf('value', value)}`)
      } else if (was.bytes !== bytes && !isSame(was.value, value)) {
        this.changed += 1
        this.#add('changed', beginning, `${name}${fieldOf('before', was.value)}${fieldOf('value', value)}`)
      }
    }
    for (const [identity, { name, value }] of before) {
      if (after.has(identity)) continue
      this.removed += 1
      this.#add('removed', beginning, `${name}${fieldOf('before', value)}`)
    }
  }

  #add(what: 'added' | 'removed' | 'changed', beginning: string, rest: string): void {
    this.#text += `{"diff":"${what}",${beginning.slice(1)},${rest}}\n`
  }

  #flush(): void {
    if (this.#text === '') return
    this.#isOpen = this.#take(this.#text)
    this.#text = ''
  }

  #isWanted(key: string): boolean {
    return this.#wantedKey === undefined || canonicalText(JSON.parse(key)) === this.#wantedKey
  }
}

function fieldOf(name: string, text: string): string {
  return text === '' ? '' : `,"${name}":${text}`
}

/** Bytes may differ where the values do not: the order of a map, or a type that was declared since. */
function isSame(left: string, right: string): boolean {
  if (left === right) return true
  return left !== '' && right !== '' && canonicalText(JSON.parse(left)) === canonicalText(JSON.parse(right))
}

function refuseOtherKeyGroups(left: OperatorState, right: OperatorState): void {
  if (left.maxParallelism === right.maxParallelism || !hasKeyedState(left) || !hasKeyedState(right)) return
  throw new FlinkError('SNAPSHOTS_NOT_COMPARABLE', {
    operator: operatorLabel(right),
    left: left.maxParallelism,
    right: right.maxParallelism,
  })
}

function hasKeyedState({ subtasks }: OperatorState): boolean {
  return subtasks.some((subtask) => (subtask?.managedKeyed.length ?? 0) > 0)
}
