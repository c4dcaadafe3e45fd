/**
 * A savepoint in the making: written into a directory beside its own, and renamed when all of it is durable. So it is complete or
 * not there, and what it was made of is never touched.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import { parentOf, toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { CheckpointMetadata, CompletedCheckpoint, OperatorState } from '../storage/checkpoint-metadata.js'
import type { CheckpointLocation, CheckpointStreamFactory } from '../storage/checkpoint-stream-factory.js'
import { publishSnapshot } from '../storage/checkpoint-storage.js'
import { checkpointStreams } from '../storage/file-checkpoint-streams.js'
import { makeDurableDirectory, METADATA_FILE } from '../storage/snapshot-directory.js'
import {
  streamHandlesOfSubtask,
  type ChannelStateHandle,
  type KeyedStateHandle,
  type OperatorSubtaskState,
  type StreamStateHandle,
} from '../storage/state-handles.js'
import { endIfInterrupted, type SnapshotSource, type StateProcessorServices } from './snapshot-source.js'

/** As `execution.checkpointing.data-inline-threshold` has it by default. */
const INLINE_THRESHOLD_BYTES = 20 * 1024

/** Of state that is there and has no entry. */
export const EMPTY_HANDLE: StreamStateHandle = { kind: 'inline', bytes: new Uint8Array(0), crc32c: 0 }

export class NewSnapshot {
  readonly streams: CheckpointStreamFactory
  readonly #services: StateProcessorServices
  readonly #fileSystem: FileSystem
  readonly #target: string
  readonly #part: string
  readonly #location: CheckpointLocation

  private constructor(services: StateProcessorServices, target: string, part: string) {
    const { fileSystems, random } = services
    this.#services = services
    this.#fileSystem = fileSystems.forUri(target).fileSystem
    this.#target = target
    this.#part = part
    this.#location = {
      kind: 'file',
      directoryUri: toFileUri(part),
      inlineThresholdBytes: INLINE_THRESHOLD_BYTES,
    }
    this.streams = checkpointStreams(this.#location, fileSystems, random)
  }

  /** SNAPSHOT_TARGET_EXISTS where there is something already. */
  static async refuseExisting(target: string, { fileSystems }: StateProcessorServices): Promise<void> {
    const { fileSystem, path } = fileSystems.forUri(target)
    if ((await fileSystem.status(path)) !== undefined) throw new FlinkError('SNAPSHOT_TARGET_EXISTS', { path })
  }

  /** It must be published or discarded. */
  static async begin(target: string, services: StateProcessorServices): Promise<NewSnapshot> {
    await NewSnapshot.refuseExisting(target, services)
    const { fileSystem, path } = services.fileSystems.forUri(target)
    // Objects cannot be moved: there metadata are put last, where there are none.
    const part = fileSystem.isObjectStore === true ? path : `${path}.part-${services.random.hex(8)}`
    await makeDurableDirectory(fileSystem, part)
    return new NewSnapshot(services, path, part)
  }

  /** A copy of the same bytes, verified against their checksum. */
  async carry(handle: StreamStateHandle, source: SnapshotSource): Promise<StreamStateHandle> {
    if (handle.kind === 'inline') return handle
    const stream = await this.streams.createStream()
    try {
      for await (const piece of source.pieces(handle)) {
        endIfInterrupted(this.#services)
        await stream.write(piece)
      }
      return (await stream.closeAndGetHandle()) ?? EMPTY_HANDLE
    } catch (error) {
      await stream.abort()
      throw error
    }
  }

  /** All state of an operator as it is; but files of a backend in the form of all backends, which any savepoint has. */
  async carryOperator(operator: OperatorState, source: SnapshotSource): Promise<OperatorState> {
    const { coordinatorState } = operator
    const subtasks: (OperatorSubtaskState | undefined)[] = []
    for (const subtask of operator.subtasks) {
      if (subtask === undefined) subtasks.push(undefined)
      else {
        const managedKeyed = await this.#carryKeyed(subtask.managedKeyed, operator.name, source)
        subtasks.push({ ...(await this.#carryElements(subtask, source)), managedKeyed })
      }
    }
    const coordinator =
      coordinatorState === undefined ? {} : { coordinatorState: await this.carry(coordinatorState, source) }
    return { ...operator, subtasks, ...coordinator }
  }

  /** What belongs to no key. */
  async #carryElements(subtask: OperatorSubtaskState, source: SnapshotSource): Promise<OperatorSubtaskState> {
    const { inputChannels } = subtask
    return {
      managedKeyed: [],
      managedOperator: await this.#carryAll(subtask.managedOperator, source),
      ...(inputChannels === undefined ? {} : { inputChannels: await this.#carryAll(inputChannels, source) }),
    }
  }

  /** Returns its path. */
  async publish(of: CompletedCheckpoint, operators: readonly OperatorState[], engineVersion: string): Promise<string> {
    const { isDrained, ...header } = of.metadata
    const timestamp = this.#services.clock.now()
    const metadata: CheckpointMetadata = {
      ...header,
      engineVersion,
      timestamp,
      isSavepoint: true,
      ...(isDrained === true ? { isDrained } : {}),
      operators,
    }
    endIfInterrupted(this.#services)
    await publishSnapshot(this.#location, metadata, this.#services.fileSystems)
    if (this.#part === this.#target) return this.#target
    await NewSnapshot.refuseExisting(this.#target, this.#services)
    await this.#fileSystem.rename(this.#part, this.#target)
    await this.#fileSystem.syncDirectory(parentOf(this.#target))
    return this.#target
  }

  /** Nothing of it is left. */
  async discard(): Promise<void> {
    const metadata = `${this.#part}/${METADATA_FILE}`
    const isOfAnother = this.#part === this.#target && (await this.#fileSystem.status(metadata)) !== undefined
    if (isOfAnother) return
    await this.#fileSystem.delete(this.#part)
  }

  async #carryKeyed(
    handles: readonly KeyedStateHandle[],
    operatorName: string,
    source: SnapshotSource,
  ): Promise<KeyedStateHandle[]> {
    const carried: KeyedStateHandle[] = []
    for (const each of handles) {
      const readable = await source.inAnyForm(each, operatorName)
      if (readable !== undefined) carried.push({ ...readable, handle: await this.carry(readable.handle, source) })
    }
    return carried
  }

  async #carryAll<H extends ChannelStateHandle | OperatorSubtaskState['managedOperator'][number]>(
    handles: readonly H[],
    source: SnapshotSource,
  ): Promise<H[]> {
    const carried: H[] = []
    for (const each of handles) carried.push({ ...each, handle: await this.carry(each.handle, source) })
    return carried
  }
}

/** Writes a new snapshot with `write`, which returns its operators; whatever fails, nothing is left of it. */
export async function writeNewSnapshot(
  target: string,
  { of, engineVersion }: { readonly of: CompletedCheckpoint; readonly engineVersion: string },
  services: StateProcessorServices,
  write: (snapshot: NewSnapshot) => Promise<readonly OperatorState[]>,
): Promise<string> {
  const snapshot = await NewSnapshot.begin(target, services)
  try {
    return await snapshot.publish(of, await write(snapshot), engineVersion)
  } catch (error) {
    await snapshot.discard()
    throw error
  }
}

/** A subtask that had nothing may have something now, and the other way round. */
export function withManaged(
  subtask: OperatorSubtaskState | undefined,
  managedKeyed: OperatorSubtaskState['managedKeyed'],
  managedOperator: OperatorSubtaskState['managedOperator'],
): OperatorSubtaskState | undefined {
  const state = { ...subtask, managedKeyed, managedOperator }
  return streamHandlesOfSubtask(state).length === 0 ? undefined : state
}
