// Duty: a checkpoint of a store whose files others cannot name again: what changed since its base, or whole state that later
// ones may build on.
// Invariants: as those of the heap (checkpoint-chain.ts): whole where the base is not known here, where a state was first asked for since,
// where the chain is long, or where more than half of the entries changed.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import { mayGrow, type ChainedCheckpoint, type CheckpointChain } from '../checkpoint-chain.js'
import type { SnapshotIncrement } from '../keyed-state-backend.js'
import type { TimeSlices } from '../time-slices.js'
import type { ChangeNotes } from './change-notes.js'
import { ChangedState } from './changed-state.js'
import type { StateCapture } from './state-capture.js'
import type { StoreVersion } from './store-description.js'
import { WholeState } from './whole-snapshot.js'

/** A small state is not worth to be written whole because a few entries changed. */
const LEAST_CHANGES = 1024

/** What a checkpoint ended with, and of how many entries and states. */
export interface CheckpointOfChanges extends ChainedCheckpoint {
  readonly numberOfEntries: number
  readonly numberOfStates: number
  /** Undefined of one that was restored, which does not say. */
  readonly numberWaiting: number | undefined
}

export interface ChangesSnapshotParameters {
  readonly capture: () => StoreVersion
  readonly increment: SnapshotIncrement
  readonly chain: CheckpointChain<CheckpointOfChanges>
  readonly notes: ChangeNotes
}

interface Taken {
  readonly version: StoreVersion
  readonly epoch: number
  readonly base: CheckpointOfChanges | undefined
}

export class ChangesSnapshot implements StateCapture {
  readonly #parameters: ChangesSnapshotParameters
  #taken: Taken | undefined

  constructor(parameters: ChangesSnapshotParameters) {
    this.#parameters = parameters
  }

  take(): void {
    const { capture, chain, notes } = this.#parameters
    const version = capture()
    const base = this.#baseOf(version)
    const epoch = chain.nextEpoch()
    notes.begin(epoch)
    this.#taken = { version, epoch, base }
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    if (this.#taken === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a snapshot was never taken' })
    const { chain, increment, notes } = this.#parameters
    await notes.removeForgotten(slices)
    const written =
      (await writeChanges(this.#taken, streams, slices)) ?? (await writeWhole(this.#taken, streams, slices))
    chain.written(increment.checkpointId, written)
    return written.handles
  }

  release(): void {
    this.#taken?.version.view.close()
  }

  /** What the snapshot is to build on; undefined when it is to be whole. */
  #baseOf({ states, waiting }: StoreVersion): CheckpointOfChanges | undefined {
    const { chain, increment, notes } = this.#parameters
    const base = increment.baseCheckpointId === undefined ? undefined : chain.baseOf(increment.baseCheckpointId)
    if (base === undefined) return undefined
    notes.forgetBefore(base.epoch)
    const { numberOfStates, numberWaiting = waiting.size } = base
    const isOfThese = numberOfStates === states.length && numberWaiting === waiting.size
    return isOfThese && mayGrow(base) && notes.reachesBackTo(base.epoch) ? base : undefined
  }
}

/** Undefined where whole state is to be written. */
async function writeChanges(
  { version, epoch, base }: Taken,
  streams: CheckpointStreamFactory,
  slices: TimeSlices,
): Promise<CheckpointOfChanges | undefined> {
  if (base === undefined) return undefined
  const mostEntries = Math.max(LEAST_CHANGES, base.numberOfEntries / 2)
  const changed = new ChangedState(version, { first: base.epoch, last: epoch - 1, mostEntries })
  const written = await changed.write(await streams.createStream('SHARED'), slices)
  if (written === 'TOO_MANY') return undefined
  return { ...base, epoch, handles: written.delta === undefined ? base.handles : [...base.handles, written.delta] }
}

async function writeWhole(
  { version, epoch }: Taken,
  streams: CheckpointStreamFactory,
  slices: TimeSlices,
): Promise<CheckpointOfChanges> {
  const whole = new WholeState(version)
  const handle = await whole.write(await streams.createStream('SHARED'), slices)
  const { numberOfEntries } = whole
  const [numberOfStates, numberWaiting] = [version.states.length, version.waiting.size]
  return { epoch, handles: handle === undefined ? [] : [handle], numberOfEntries, numberOfStates, numberWaiting }
}
