import type { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { InvalidKeyError, type KeyKind } from '../core/keygroups/canonical-key.js'
import type { QueryableStateMessage } from '../rest/messages/state-messages.js'
import { localServices } from '../state-processor/local-services.js'
import { lookUp, type ValueReader } from '../state-processor/look-up.js'
import { SnapshotSource, type StateProcessorServices } from '../state-processor/snapshot-source.js'
import type { CompletedCheckpoint } from '../storage/checkpoint-metadata.js'
import { findLatestCheckpoint } from '../storage/latest-checkpoint.js'
import { locateSnapshot } from '../storage/snapshot-locator.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { PlainClasses } from './plain-classes.js'

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

/** State of checkpoints, read in the process of whoever asks: no job is needed for it. */
export class CheckpointState {
  readonly #services: StateProcessorServices

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

  async #read({ metadata }: CompletedCheckpoint, question: CheckpointQuestion): Promise<CheckpointValues> {
    const { state, keys, readerFor } = question
    const source = new SnapshotSource(this.#services)
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
    } finally {
      await source.close()
    }
  }
}

/** The checkpoint was removed since it was named: a newer one is there. */
export function isGone(error: unknown): boolean {
  const codes = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING', 'FILE_NOT_FOUND'] as const
  return codes.some((code) => FlinkError.is(error, code))
}
