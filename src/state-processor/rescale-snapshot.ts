/**
 * A new savepoint with another number of key groups: every entry of keyed state goes, byte for byte, to the key group that its key
 * has then. Keys hash as they did, which is checked with each of them.
 */
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { hashKey } from '../core/keygroups/canonical-key.js'
import { HIGHEST_MAX_PARALLELISM, keyGroupForHash } from '../core/keygroups/key-group-assignment.js'
import { RAW_KEYED_STATE } from '../core/keygroups/raw-keyed-state.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import { blockFlags, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import { hasKeyedChannelState } from '../storage/channel-state-assignment.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { isKeyed, operatorLabel, statesOf } from './entry-filter.js'
import { KeyGroupSpill } from './key-group-spill.js'
import { kindOfKey } from './key-kinds.js'
import { keyGroupsOf } from './keyed-key-groups.js'
import { KeyedStateWriter } from './keyed-state-writer.js'
import { keyShapesOf } from './key-shapes-of.js'
import { withManaged, writeNewSnapshot, type NewSnapshot } from './new-snapshot.js'
import { SnapshotContents, type ReadableState } from './snapshot-contents.js'
import { endIfInterrupted, type StateProcessorServices } from './snapshot-source.js'
import { entriesOf } from './stored-entries.js'

export interface RescaleRequest {
  /** What `run -s` takes. */
  readonly from: string
  readonly to: string
  /** Of every operator from then on, 1 to 32768. */
  readonly maxParallelism: number
  readonly engineVersion: string
}

export interface RescaledSnapshot {
  readonly path: string
  /** Of keyed state, that were assigned anew. */
  readonly entries: number
}

export async function rescaleSnapshot(
  { from, to, maxParallelism, engineVersion }: RescaleRequest,
  services: StateProcessorServices,
): Promise<RescaledSnapshot> {
  const contents = await SnapshotContents.open(from, services)
  const rescaling = new Rescaling(contents, maxParallelism, services)
  try {
    const { operators } = contents.snapshot.metadata
    for (const operator of operators) rescaling.check(operator)
    const path = await writeNewSnapshot(to, { of: contents.snapshot, engineVersion }, services, async (snapshot) => {
      const written: OperatorState[] = []
      for (const operator of operators) written.push(await rescaling.write(operator, snapshot))
      return written
    })
    return { path, entries: rescaling.entries }
  } finally {
    await contents.close()
  }
}

class Rescaling {
  readonly #contents: SnapshotContents
  readonly #maxParallelism: number
  readonly #services: StateProcessorServices
  entries = 0

  constructor(contents: SnapshotContents, maxParallelism: number, services: StateProcessorServices) {
    this.#contents = contents
    this.#maxParallelism = maxParallelism
    this.#services = services
  }

  /** Before anything is written. */
  check(operator: OperatorState): void {
    const { parallelism } = operator
    if (
      !Number.isInteger(this.#maxParallelism) ||
      this.#maxParallelism < 1 ||
      this.#maxParallelism > HIGHEST_MAX_PARALLELISM
    )
      this.#refuse(operator, `it is a whole number from 1 to ${String(HIGHEST_MAX_PARALLELISM)}`)
    if (parallelism > this.#maxParallelism)
      this.#refuse(
        operator,
        `its state is that of ${String(parallelism)} subtasks, each of which has a key group at least`,
      )
    if (operator.maxParallelism === this.#maxParallelism) return
    if (hasKeyedChannelState(operator))
      this.#refuse(
        operator,
        'records are in flight to it that lie with its key groups: take a savepoint, which has none, or change nothing of its max parallelism',
      )
    for (const state of statesOf(operator)) {
      if (state.name === RAW_KEYED_STATE)
        this.#refuse(operator, 'it has raw keyed state, whose keys only the operator that wrote it knows')
      if (isKeyed(state)) this.#stateOf(operator, state)
    }
  }

  async write(operator: OperatorState, snapshot: NewSnapshot): Promise<OperatorState> {
    const maxParallelism = this.#maxParallelism
    const { source } = this.#contents
    const hasKeys = operator.subtasks.some((subtask) => (subtask?.managedKeyed.length ?? 0) > 0)
    if (!hasKeys || operator.maxParallelism === maxParallelism) {
      return { ...(await snapshot.carryOperator(operator, source)), maxParallelism }
    }
    const withoutKeys = operator.subtasks.map((subtask) => subtask && { ...subtask, managedKeyed: [] })
    const carried = await snapshot.carryOperator({ ...operator, subtasks: withoutKeys }, source)
    const keyed = await this.#rewrite(operator, snapshot)
    const subtasks = carried.subtasks.map((subtask, index) => {
      return withManaged(subtask, [keyed[index] ?? []].flat(), subtask?.managedOperator ?? [])
    })
    return { ...carried, subtasks, maxParallelism }
  }

  async #rewrite(operator: OperatorState, snapshot: NewSnapshot): ReturnType<KeyedStateWriter['finish']> {
    const states = statesOf(operator).filter(isKeyed)
    const { parallelism } = operator
    const spill = new KeyGroupSpill(this.#maxParallelism, this.#services)
    try {
      await this.#deal(operator, states, spill)
      const keyShapes = keyShapesOf(operator)
      const written = { parallelism, maxParallelism: this.#maxParallelism, states, keyShapes }
      const writer = new KeyedStateWriter(snapshot, written)
      for await (const [keyGroup, pieces] of spill.keyGroups()) await writer.write(keyGroup, blocksIn(pieces, states))
      return await writer.finish()
    } finally {
      await spill.close()
    }
  }

  /** Every entry with the place of its state among the states. */
  async #deal(operator: OperatorState, states: readonly StateMetadata[], spill: KeyGroupSpill): Promise<void> {
    for await (const { keyGroup, states: stored } of keyGroupsOf(operator, this.#contents.source)) {
      endIfInterrupted(this.#services)
      for (const { metadata, blocks } of stored.values()) {
        const { types } = this.#stateOf(operator, metadata)
        const place = states.findIndex(({ name }) => name === metadata.name)
        this.#contents.reading({ operator, metadata }, keyGroup, () => {
          for (const { key, input, start } of entriesOf(blocks, types)) {
            types.value?.skip(input)
            const end = input.position
            spill.put(this.#keyGroupOf(key, keyGroup, operator), (output) => {
              output.writeVarInt(place)
              output.writeSlice(input.bytes, start, end)
            })
            this.entries += 1
          }
        })
        if (spill.isFull) await spill.spill()
      }
    }
  }

  #keyGroupOf(key: unknown, keyGroup: number, operator: OperatorState): number {
    const hash = hashKey(key, kindOfKey(key))
    if (keyGroupForHash(hash, operator.maxParallelism) === keyGroup) return keyGroupForHash(hash, this.#maxParallelism)
    return this.#refuse(operator, `its key ${describeValue(key)} does not hash to the key group in which it lies`)
  }

  #stateOf(operator: OperatorState, metadata: StateMetadata): ReadableState {
    const state = this.#contents.readableState(operator, metadata)
    if (state !== undefined) return state
    const { name, typeFingerprint, namespaceFingerprint } = metadata
    const type = [typeFingerprint, namespaceFingerprint ?? []].flat().join(' by ')
    return this.#refuse(
      operator,
      `state '${name}' is written as ${type}, which only the program that wrote it can read`,
    )
  }

  #refuse(operator: OperatorState, reason: string): never {
    const details = { operator: operatorLabel(operator), maxParallelism: this.#maxParallelism, reason }
    throw new FlinkError('SNAPSHOT_RESCALE_REFUSED', details)
  }
}

function blocksIn(pieces: readonly Uint8Array[], states: readonly StateMetadata[]): Map<string, KeyGroupBlock> {
  const outputs = states.map((metadata) => ({ metadata, count: 0, output: new DataOutputView() }))
  for (const piece of pieces) {
    const input = new DataInputView(piece)
    const state = outputs[input.readVarInt()]
    if (state === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'an entry is of no state' })
    state.output.writeSlice(piece, input.position, piece.length)
    state.count += 1
  }
  const filled = outputs.filter(({ count }) => count > 0)
  return new Map(
    filled.map(({ metadata, count, output }) => {
      return [metadata.name, { flags: blockFlags(metadata, 0), count, entries: output.written() }]
    }),
  )
}
