// Duty: the positions of a table's snapshot in the order of their key groups: a counting sort in slices; removed keys, too.
// Invariants: exactly the positions that had an entry when the snapshot began. Their keys and hashes do not change while
// it runs, so the order may be made while the living table goes on.
// Thread: the task worker that owns the backend.
import { keyGroupRangeSize, type KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { RemovedKey, RemovedKeys } from './change-log.js'
import { PositionList } from './position-list.js'
import type { EntriesSnapshot, SnapshotPart } from './snapshot-part.js'
import type { TimeSlices } from './time-slices.js'

export interface GroupPositionsInput {
  readonly table: Pick<SnapshotPart, 'keyGroupAt'>
  readonly snapshot: EntriesSnapshot
  readonly keyGroups: KeyGroupRange
  readonly slices: TimeSlices
}

export class GroupedPositions {
  readonly #firstKeyGroup: number
  readonly #starts: Int32Array
  readonly #positions: Int32Array

  constructor(firstKeyGroup: number, starts: Int32Array, positions: Int32Array) {
    this.#firstKeyGroup = firstKeyGroup
    this.#starts = starts
    this.#positions = positions
  }

  of(keyGroup: number): Int32Array {
    const index = keyGroup - this.#firstKeyGroup
    return this.#positions.subarray(this.#starts[index], this.#starts[index + 1])
  }
}

/** A position takes a few ns, a look at the slice's budget as much. */
const POSITIONS_A_STEP = 64

export async function groupPositions(input: GroupPositionsInput): Promise<GroupedPositions> {
  const { table, keyGroups } = input
  const taken = await takeChanged(input)
  const starts = new Int32Array(keyGroupRangeSize(keyGroups) + 1)
  let size = 0
  await forEachEntry(input, taken, (position) => {
    const next = table.keyGroupAt(position) - keyGroups.start + 1
    starts[next] = (starts[next] as number) + 1
    size += 1
  })
  for (let index = 1; index < starts.length; index += 1) {
    starts[index] = (starts[index] as number) + (starts[index - 1] as number)
  }
  const ends = starts.slice()
  const positions = new Int32Array(size)
  await forEachEntry(input, taken, (position) => {
    const group = table.keyGroupAt(position) - keyGroups.start
    const at = ends[group] as number
    positions[at] = position
    ends[group] = at + 1
  })
  return new GroupedPositions(keyGroups.start, starts, positions)
}

/** Removed keys by their key group. */
export async function groupRemovedKeys(
  removed: RemovedKeys,
  slices: TimeSlices,
): Promise<ReadonlyMap<number, readonly RemovedKey[]>> {
  const groups = new Map<number, RemovedKey[]>()
  for (const together of removed) {
    for (const [index, key] of together.entries()) {
      const group = groups.get(key.keyGroup)
      if (group === undefined) groups.set(key.keyGroup, [key])
      else group.push(key)
      if (index % POSITIONS_A_STEP === 0 && slices.step()) await slices.next()
    }
  }
  return groups
}

/** Of a snapshot of changes the positions of its entries, each once; undefined where it has all entries. */
async function takeChanged({ snapshot, slices }: GroupPositionsInput): Promise<PositionList | undefined> {
  if (snapshot.changes === undefined) return undefined
  const taken = new PositionList()
  for (const positions of snapshot.changes.positions) {
    for (let index = 0; index < positions.size; index += 1) {
      const position = positions.at(index)
      if (snapshot.take(position)) taken.push(position)
      if (index % POSITIONS_A_STEP === 0 && slices.step()) await slices.next()
    }
  }
  return taken
}

async function forEachEntry(
  { snapshot, slices }: GroupPositionsInput,
  taken: PositionList | undefined,
  visit: (position: number) => void,
): Promise<void> {
  const count = taken?.size ?? snapshot.limit
  for (let index = 0; index < count; index += 1) {
    const position = taken === undefined ? index : taken.at(index)
    if (snapshot.hasEntry(position)) visit(position)
    if (index % POSITIONS_A_STEP === 0 && slices.step()) await slices.next()
  }
}
