/** Snapshots of one operator with one list state, as the storage tests need them. */
import assert from 'node:assert/strict'
import type { FileSystems } from '../../../src/core/fs/file-systems.js'
import type { Random } from '../../../src/core/random/random.js'
import type { CheckpointMetadata, CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { publishSnapshot } from '../../../src/storage/checkpoint-storage.js'
import type { CheckpointLocation } from '../../../src/storage/checkpoint-stream-factory.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import { EMPTY_SUBTASK_STATE, type StreamStateHandle } from '../../../src/storage/state-handles.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'

export const JOB: string = 'a'.repeat(32)

export interface SampleSettings {
  readonly checkpointId: number
  readonly timestamp?: number
  readonly isSavepoint?: boolean
}

export function sampleMetadata(handle: StreamStateHandle, settings: SampleSettings): CheckpointMetadata {
  const state = {
    name: 's',
    kind: 'operator-list',
    typeFingerprint: 'GENERIC',
    schemaVersion: 1,
    offsets: [0],
  } as const
  const operator = { operatorId: 'b'.repeat(32), uid: 'u', name: 'n', parallelism: 1, maxParallelism: 128 }
  const subtasks = [{ ...EMPTY_SUBTASK_STATE, managedOperator: [{ handle, states: [state] }] }]
  const header = { engineVersion: '1', jobId: JOB, jobName: 'j', timestamp: 1, isSavepoint: false }
  return { ...header, ...settings, operators: [{ ...operator, fullyFinished: false, subtasks }] }
}

export function stateTextOf(checkpointId: number): string {
  return `state of checkpoint ${String(checkpointId)}`
}

/** Writes state and metadata into a location. */
export async function writeSample(
  location: CheckpointLocation,
  settings: SampleSettings,
  services: { readonly fileSystems: FileSystems; readonly random: Random },
): Promise<CompletedCheckpoint> {
  const { fileSystems, random } = services
  const stream = await checkpointStreams(location, fileSystems, random).createStream()
  await stream.write(new TextEncoder().encode(stateTextOf(settings.checkpointId)))
  const handle = await stream.closeAndGetHandle()
  assert.ok(handle)
  return publishSnapshot(location, sampleMetadata(handle, settings), fileSystems)
}

export function stateHandleOf({ metadata }: CompletedCheckpoint): StreamStateHandle {
  const handle = metadata.operators[0]?.subtasks[0]?.managedOperator[0]?.handle
  assert.ok(handle)
  return handle
}

export async function stateTextIn(checkpoint: CompletedCheckpoint, fileSystems: FileSystems): Promise<string> {
  return new TextDecoder().decode(await readStateHandle(stateHandleOf(checkpoint), fileSystems))
}
