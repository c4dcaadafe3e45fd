import type { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { InvalidKeyError, type KeyKind } from '../core/keygroups/canonical-key.js'
import type { QueryableStateMessage } from '../rest/messages/state-messages.js'
import { localServices } from '../state-processor/local-services.js'
import { lookUp, type ValueReader } from '../state-processor/look-up.js'
import { SnapshotSource, type StateProcessorServices } from '../state-processor/snapshot-source.js'
import type { CheckpointMetadata, CompletedCheckpoint } from '../storage/checkpoint-metadata.js'
import { findLatestCheckpoint } from '../storage/latest-checkpoint.js'
import { locateSnapshot } from '../storage/snapshot-locator.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { PlainClasses } from './plain-classes.js'

const TAKEN_BEFORE = 'Only a savepoint that was taken before has its state.'

export interface CheckpointValues {
  readonly checkpointId: number
  readonly timestamp: number
  /** In the order of the keys; undefined where there is none. */
  readonly values: readonly unknown[]
}

export interface CheckpointQuestion {
  readonly state: QueryableStateMessage
  readonly keys: readonly unknown[]
  readonly readerFor: (metadata: StateMetadata) => ValueReader
}

/** A checkpoint that is being read. */
interface OpenCheckpoint {
  readonly metadata: CheckpointMetadata
  readonly source: SnapshotSource
  readers: number
}

/** State of checkpoints, read in the process of whoever asks: no job is needed for it. */
export class CheckpointState {
  readonly #services: StateProcessorServices
  /** By place and time. To copy 15 MB of RocksDB's files took half a second for each of 20 questions at once, and all 27 s. */
  readonly #open = new Map<string, OpenCheckpoint>()

  /** Of the configuration: on which disk files of a backend are opened. */
  constructor(configuration: Configuration) {
    this.#services = localServices(configuration)
  }

  /** Of the checkpoint at this path. */
  async at(path: string, question: CheckpointQuestion): Promise<CheckpointValues> {
    return this.#read(await locateSnapshot(path, this.#services.fileSystems), question)
  }

  /** Of the newest one in the directory of a job; undefined where none is complete. */
  async newestIn(directory: string, question: CheckpointQuestion): Promise<CheckpointValues | undefined> {
    const { fileSystems } = this.#services
    // What is not asked for is not read, and so not verified.
    const { checkpoint } = await findLatestCheckpoint(directory, { fileSystems, verify: () => Promise.resolve() })
    return checkpoint && this.#read(checkpoint, question)
  }

  /** Questions at one time share what was copied. */
  async #read(
    { metadata, externalPath }: CompletedCheckpoint,
    question: CheckpointQuestion,
  ): Promise<CheckpointValues> {
    const id = `${externalPath} ${String(metadata.timestamp)}`
    const open = this.#open.get(id) ?? { metadata, source: new SnapshotSource(this.#services), readers: 0 }
    this.#open.set(id, open)
    open.readers += 1
    try {
      return await valuesIn(open, question)
    } finally {
      open.readers -= 1
      if (open.readers === 0) {
        this.#open.delete(id)
        await open.source.close()
      }
    }
  }
}

async function valuesIn(
  { metadata, source }: OpenCheckpoint,
  { state, keys, readerFor }: CheckpointQuestion,
): Promise<CheckpointValues> {
  refuseFinished(metadata, state)
  try {
    const values = await lookUp(metadata, source, {
      operatorId: state['operator-id'],
      state: state.state,
      keyKind: state['key-kind'] as KeyKind,
      keys,
      classes: new PlainClasses(),
      readerFor,
    })
    return { checkpointId: metadata.checkpointId, timestamp: metadata.timestamp, values }
  } catch (cause) {
    if (!(cause instanceof InvalidKeyError)) throw cause
    throw new FlinkError(
      'STATE_QUERY_INVALID',
      { name: state.name, reason: `a key of it, ${cause.message}` },
      { cause },
    )
  }
}

/** What has finished has no state in a checkpoint: that is no word about its keys. */
function refuseFinished({ operators, jobId, checkpointId }: CheckpointMetadata, state: QueryableStateMessage): void {
  const operator = operators.find(({ operatorId }) => operatorId === state['operator-id'])
  if (operator?.fullyFinished !== true) return
  const reason = `${operator.name} had finished before checkpoint ${String(checkpointId)}`
  throw new FlinkError('STATE_NOT_AVAILABLE', { jobId, name: state.name, reason, advice: TAKEN_BEFORE })
}

/** The checkpoint was removed since it was named: a newer one is there. */
export function isGone(error: unknown): boolean {
  const codes = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING', 'FILE_NOT_FOUND'] as const
  return codes.some((code) => FlinkError.is(error, code))
}
