/**
 * What one snapshot has that another has not, or has otherwise, as lines that `state import` takes: imported into the first they
 * make the second of it. A key group of both is in memory at a time.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import { isKeyed, isStateWanted, operatorLabel, statesOf, wantedOperators, type EntryFilter } from './entry-filter.js'
import { beginningOf, type TakeLines } from './entry-lines.js'
import { NO_TEXTS, textsOfElements, textsOfState, type EntryTexts } from './entry-texts.js'
import { canonicalText, JsonForm } from './json-form.js'
import { keyGroupsOf, type StoredKeyGroup, type StoredState } from './keyed-key-groups.js'
import { RehashedKeyGroups } from './rehashed-key-groups.js'
import type { SnapshotContents } from './snapshot-contents.js'
import type { StateProcessorServices } from './snapshot-source.js'

export interface SnapshotDifference {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

export async function diffSnapshots(
  left: SnapshotContents,
  right: SnapshotContents,
  { filter, take }: { readonly filter: EntryFilter; readonly take: TakeLines },
  services: StateProcessorServices,
): Promise<SnapshotDifference> {
  const diff = new Diff({ left, right, services }, filter, take)
  await diff.run()
  return diff
}

interface Snapshots {
  readonly left: SnapshotContents
  readonly right: SnapshotContents
  readonly services: StateProcessorServices
}

class Diff implements SnapshotDifference {
  readonly #left: SnapshotContents
  readonly #right: SnapshotContents
  readonly #services: StateProcessorServices
  readonly #filter: EntryFilter
  readonly #take: TakeLines
  readonly #wantedKey: string | undefined
  added = 0
  removed = 0
  changed = 0
  #text = ''
  #isOpen = true

  constructor({ left, right, services }: Snapshots, filter: EntryFilter, take: TakeLines) {
    this.#left = left
    this.#right = right
    this.#services = services
    this.#filter = filter
    this.#take = take
    this.#wantedKey = filter.key === undefined ? undefined : new JsonForm(left.classes).canonicalKey(filter.key)
  }

  async run(): Promise<void> {
    for (const [left, right] of this.#pairs()) {
      if (!this.#isOpen) return
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
    const lefts = this.#leftKeyGroups(left, right)
    const rights = right === undefined ? noKeyGroups() : keyGroupsOf(right, this.#right.source)
    try {
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
    } finally {
      await Promise.all([lefts.return(undefined), rights.return(undefined)])
    }
  }

  /** Where the two have another number of key groups, those of the first lie as in the second. */
  #leftKeyGroups(left: OperatorState | undefined, right: OperatorState | undefined): AsyncGenerator<StoredKeyGroup> {
    if (left === undefined) return noKeyGroups()
    if (right === undefined || left.maxParallelism === right.maxParallelism || !hasKeyedState(right))
      return keyGroupsOf(left, this.#left.source)
    return this.#rehashed(left, right.maxParallelism)
  }

  async *#rehashed(operator: OperatorState, maxParallelism: number): AsyncGenerator<StoredKeyGroup> {
    const states = statesOf(operator).filter((state) => isKeyed(state) && isStateWanted(this.#filter, state.name))
    const rehashed = new RehashedKeyGroups({
      contents: this.#left,
      operator,
      states: states.flatMap((metadata) => this.#left.readableState(operator, metadata) ?? []),
      maxParallelism,
      services: this.#services,
      refuse: (reason) => notComparable(operator, maxParallelism, reason),
    })
    for await (const [keyGroup, blocks] of rehashed.read()) {
      const stored = states.flatMap((metadata): [string, StoredState][] => {
        const block = blocks.get(metadata.name)
        return block === undefined ? [] : [[metadata.name, { metadata, blocks: [block] }]]
      })
      yield { keyGroup, states: new Map(stored), whole: undefined }
    }
  }

  #compareKeyGroups(
    operators: { readonly left: OperatorState | undefined; readonly right: OperatorState | undefined },
    left: StoredKeyGroup | undefined,
    right: StoredKeyGroup | undefined,
  ): void {
    if (haveSameBytes(left, right)) return
    const names = new Set([...(left?.states.keys() ?? []), ...(right?.states.keys() ?? [])])
    for (const name of names) {
      if (!isStateWanted(this.#filter, name)) continue
      const [before, after] = [left?.states.get(name), right?.states.get(name)]
      const keyGroup = left?.keyGroup ?? right?.keyGroup ?? 0
      const texts = [
        textsOfState(this.#left, { operator: operators.left, stored: before, keyGroup }, this.#wantedKey),
        textsOfState(this.#right, { operator: operators.right, stored: after, keyGroup }, this.#wantedKey),
      ] as const
      const operator = operators.right ?? operators.left
      const metadata = after?.metadata ?? before?.metadata
      if (operator !== undefined && metadata !== undefined) this.#compare(beginningOf({ operator, metadata }), texts)
    }
    if (this.#text.length > 0) this.#flush()
  }

  async #compareElements(left: OperatorState | undefined, right: OperatorState | undefined): Promise<void> {
    const before = await textsOfElements(this.#left, left, this.#filter)
    const after = await textsOfElements(this.#right, right, this.#filter)
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const operator = right ?? left
      const metadata = after.get(name)?.metadata ?? before.get(name)?.metadata
      if (operator === undefined || metadata === undefined) continue
      const texts = [before.get(name)?.texts ?? NO_TEXTS, after.get(name)?.texts ?? NO_TEXTS] as const
      this.#compare(beginningOf({ operator, metadata }), texts)
    }
  }

  #compare(beginning: string, [before, after]: readonly [EntryTexts, EntryTexts]): void {
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
}

function fieldOf(name: string, text: string): string {
  return text === '' ? '' : `,"${name}":${text}`
}

/** Bytes may differ where the values do not: the order of a map, or a type that was declared since. */
function isSame(left: string, right: string): boolean {
  if (left === right) return true
  return left !== '' && right !== '' && canonicalText(JSON.parse(left)) === canonicalText(JSON.parse(right))
}

/** Then there is no need to look at the entries. */
function haveSameBytes(left: StoredKeyGroup | undefined, right: StoredKeyGroup | undefined): boolean {
  const [one, other] = [left?.whole, right?.whole]
  if (one === undefined || other === undefined || Buffer.compare(one.bytes, other.bytes) !== 0) return false
  return JSON.stringify(one.handle.states) === JSON.stringify(other.handle.states)
}

/** Of an operator that is in one of the two alone. */
async function* noKeyGroups(): AsyncGenerator<StoredKeyGroup> {
  // There are none.
}

function notComparable(left: OperatorState, maxParallelism: number, reason: string): FlinkError {
  const details = { operator: operatorLabel(left), left: left.maxParallelism, right: maxParallelism, reason }
  return new FlinkError('SNAPSHOTS_NOT_COMPARABLE', details)
}

function hasKeyedState({ subtasks }: OperatorState): boolean {
  return subtasks.some((subtask) => (subtask?.managedKeyed.length ?? 0) > 0)
}
