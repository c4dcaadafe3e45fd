// Duty: the options of a checkpoint as bytes and back.
// Invariants: reader and writer mirror each other field by field; both ends of a channel run the same version.
// Thread: any.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { CheckpointLocation, IncrementalCheckpoint } from '../../../storage/checkpoint-stream-factory.js'
import type { CheckpointOptions } from '../../protocol/checkpoint-options.js'

/** A choice travels as its place in the list. */
const KINDS: readonly CheckpointOptions['kind'][] = ['checkpoint', 'savepoint']
const STOPS: readonly CheckpointOptions['stop'][] = [undefined, 'suspend', 'drain']
const NO_TIMEOUT = -1
const IS_INCREMENTAL = 1
const HAS_ENTROPY = 2
const LOCATIONS: readonly CheckpointLocation['kind'][] = ['file', 'memory']

export function writeCheckpointOptions(
  { kind, unaligned, alignedTimeoutMs, stop, location }: CheckpointOptions,
  output: DataOutputView,
): void {
  output.writeInt8(KINDS.indexOf(kind))
  output.writeInt8(unaligned ? 1 : 0)
  output.writeInt8(STOPS.indexOf(stop))
  output.writeFloat64(alignedTimeoutMs ?? NO_TIMEOUT)
  output.writeInt8(LOCATIONS.indexOf(location.kind))
  if (location.kind === 'memory') {
    output.writeFloat64(location.maxStateSizeBytes)
    return
  }
  output.writeUtf8(location.directoryUri)
  output.writeFloat64(location.inlineThresholdBytes)
  const { incremental, entropyUri } = location
  output.writeInt8((incremental === undefined ? 0 : IS_INCREMENTAL) + (entropyUri === undefined ? 0 : HAS_ENTROPY))
  if (incremental !== undefined) writeIncremental(incremental, output)
  if (entropyUri !== undefined) output.writeUtf8(entropyUri)
}

export function readCheckpointOptions(input: DataInputView): CheckpointOptions {
  const kind = chosen(KINDS, input.readInt8())
  const unaligned = input.readInt8() === 1
  const stop = STOPS[input.readInt8()]
  const timeoutMs = input.readFloat64()
  const alignedTimeout = timeoutMs === NO_TIMEOUT ? {} : { alignedTimeoutMs: timeoutMs }
  return { kind, unaligned, ...alignedTimeout, stop, location: readLocation(input) }
}

function readLocation(input: DataInputView): CheckpointLocation {
  const kind = chosen(LOCATIONS, input.readInt8())
  if (kind === 'memory') return { kind, maxStateSizeBytes: input.readFloat64() }
  const location = { kind, directoryUri: input.readUtf8(), inlineThresholdBytes: input.readFloat64() }
  const more = input.readInt8()
  const incremental = (more & IS_INCREMENTAL) === 0 ? {} : { incremental: readIncremental(input) }
  const entropy = (more & HAS_ENTROPY) === 0 ? {} : { entropyUri: input.readUtf8() }
  return { ...location, ...incremental, ...entropy }
}

function writeIncremental(
  { sharedDirectoryUri, baseCheckpointId }: IncrementalCheckpoint,
  output: DataOutputView,
): void {
  output.writeUtf8(sharedDirectoryUri)
  output.writeInt8(baseCheckpointId === undefined ? 0 : 1)
  output.writeFloat64(baseCheckpointId ?? 0)
}

function readIncremental(input: DataInputView): IncrementalCheckpoint {
  const sharedDirectoryUri = input.readUtf8()
  const hasBase = input.readInt8() === 1
  const id = input.readFloat64()
  return { sharedDirectoryUri, baseCheckpointId: hasBase ? id : undefined }
}

function chosen<T extends string>(choices: readonly T[], place: number): T {
  const choice = choices[place]
  if (choice === undefined)
    throw new FlinkError('ASSERTION_FAILED', { what: `a barrier names choice ${String(place)}` })
  return choice
}
