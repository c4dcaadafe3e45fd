/**
 * A new savepoint with another number of key groups: every entry of keyed state goes, byte for byte, to the key group that its key
 * has then. Keys hash as they did, which is checked with each of them.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import { HIGHEST_MAX_PARALLELISM } from '../core/keygroups/key-group-assignment.js'
import { RAW_KEYED_STATE } from '../core/keygroups/raw-keyed-state.js'
import { hasKeyedChannelState } from '../storage/channel-state-assignment.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { isKeyed, operatorLabel, statesOf } from './entry-filter.js'
import { KeyedStateWriter } from './keyed-state-writer.js'
import { keyShapesOf } from './key-shapes-of.js'
import { withManaged, writeNewSnapshot, type NewSnapshot } from './new-snapshot.js'
import { RehashedKeyGroups } from './rehashed-key-groups.js'
import { SnapshotContents, type ReadableState } from './snapshot-contents.js'
import type { StateProcessorServices } from './snapshot-source.js'

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
    const { parallelism } = operator
    const maxParallelism = this.#maxParallelism
    const states = statesOf(operator).filter(isKeyed)
    const written = { parallelism, maxParallelism, states, keyShapes: keyShapesOf(operator) }
    const writer = new KeyedStateWriter(snapshot, written)
    const rehashed = new RehashedKeyGroups({
      contents: this.#contents,
      operator,
      states: states.map((metadata) => this.#stateOf(operator, metadata)),
      maxParallelism,
      services: this.#services,
      refuse: (reason) => this.#refusal(operator, reason),
    })
    for await (const [keyGroup, blocks] of rehashed.read()) await writer.write(keyGroup, blocks)
    this.entries += rehashed.entries
    return writer.finish()
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
    throw this.#refusal(operator, reason)
  }

  #refusal(operator: OperatorState, reason: string): FlinkError {
    const details = { operator: operatorLabel(operator), maxParallelism: this.#maxParallelism, reason }
    return new FlinkError('SNAPSHOT_RESCALE_REFUSED', details)
  }
}
