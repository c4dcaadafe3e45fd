// Duty: CheckpointMetadata to the bytes of `_metadata` and back (format: on-disk.md).
// Invariants: magic and version first, then blocks of length, CRC32C, payload; nothing is believed before its checksum
// was verified; garbage gives SNAPSHOT_* errors, never a crash or a huge allocation. Files inside the snapshot's own
// directory are stored by name only, so the directory may be moved.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { crc32c } from '../core/memory/crc32c.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import type { CheckpointMetadata, OperatorState, SnapshotHeader } from './checkpoint-metadata.js'
import { readOperatorState, writeOperatorState } from './operator-state-codec.js'
import { isStamp } from './stamps.js'

/** ASCII `FTSM`. */
const MAGIC = 0x4654534d
const FORMAT_VERSION = 8
const VERSION_WITH_DRAINED = 6
/** Far more than a job can take, and far from where whole numbers end. */
const MOST_CHECKPOINTS = 2 ** 52
/** Magic and version. */
const PREFIX_BYTES = 8

/** `directoryUri` is where the file will lie: handles below it become relative. */
export function encodeMetadata(metadata: CheckpointMetadata, directoryUri: string): Uint8Array {
  const output = new DataOutputView(4096)
  output.writeInt32(MAGIC)
  output.writeInt32(FORMAT_VERSION)
  writeBlock(output, encodeHeader(metadata))
  for (const operator of metadata.operators) {
    const block = new DataOutputView(1024)
    writeOperatorState(operator, directoryUri, block)
    writeBlock(output, block)
  }
  return output.toBytes()
}

/** `file` names the snapshot in errors; `directoryUri` is where it lies now. */
export function decodeMetadata(bytes: Uint8Array, file: string, directoryUri: string): CheckpointMetadata {
  const version = checkFormat(bytes, file)
  const input = new DataInputView(bytes.subarray(PREFIX_BYTES))
  const { header, operatorCount, isDrained } = inBlock(input, file, 'the header', (view) => ({
    header: decodeHeader(view),
    operatorCount: view.readVarInt(),
    isDrained: version >= VERSION_WITH_DRAINED && view.readInt8() === 1,
  }))
  const operators: OperatorState[] = []
  for (let index = 0; index < operatorCount; index += 1) {
    const block = `operator block ${String(index + 1)} of ${String(operatorCount)}`
    operators.push(inBlock(input, file, block, (view) => readOperatorState(view, { version, directoryUri })))
  }
  refuseTwice(operators, file)
  if (input.remaining > 0) {
    const reason = `${String(input.remaining)} bytes follow its last block`
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block: 'the end', reason })
  }
  return { ...header, ...(isDrained && { isDrained }), operators }
}

/** State of one of them would be lost. */
function refuseTwice(operators: readonly OperatorState[], file: string): void {
  const seen = new Set<string>()
  for (const { operatorId, name } of operators) {
    if (seen.has(operatorId)) {
      const details = { file, block: `the blocks of operator ${name}`, reason: 'there are two of them' }
      throw new FlinkError('SNAPSHOT_CORRUPT', details)
    }
    seen.add(operatorId)
  }
}

/**
 * The version in the first bytes of a file, which are to hold its header, too. A newer version is no damage: the error
 * names the engine that wrote it.
 */
export function checkFormat(beginning: Uint8Array, file: string): number {
  if (beginning.length < PREFIX_BYTES) throw new FlinkError('SNAPSHOT_MAGIC_INVALID', { path: file })
  const input = new DataInputView(beginning)
  if (input.readInt32() !== MAGIC) throw new FlinkError('SNAPSHOT_MAGIC_INVALID', { path: file })
  const version = input.readInt32()
  if (version < 1) {
    const reason = `its format version is ${String(version)}`
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block: 'its beginning', reason })
  }
  if (version > FORMAT_VERSION) {
    const engineVersion = readHeader(beginning)?.engineVersion ?? 'of a newer version'
    const details = { path: file, version, engineVersion, supported: FORMAT_VERSION }
    throw new FlinkError('SNAPSHOT_VERSION_UNSUPPORTED', details)
  }
  return version
}

/**
 * The header of a file that is damaged further on, or in its first eight bytes, or of a newer version: all begin with the
 * same fields. Undefined when the header itself cannot be read.
 */
export function readHeader(beginning: Uint8Array): SnapshotHeader | undefined {
  try {
    return decodeHeader(blockOf(new DataInputView(beginning.subarray(PREFIX_BYTES))))
  } catch {
    return undefined
  }
}

function encodeHeader(metadata: CheckpointMetadata): DataOutputView {
  const output = new DataOutputView(256)
  output.writeUtf8(metadata.engineVersion)
  output.writeUtf8(metadata.jobId)
  output.writeUtf8(metadata.jobName)
  output.writeVarInt(metadata.checkpointId)
  output.writeFloat64(metadata.timestamp)
  output.writeInt8(metadata.isSavepoint ? 1 : 0)
  output.writeVarInt(metadata.operators.length)
  output.writeInt8(metadata.isDrained === true ? 1 : 0)
  return output
}

function decodeHeader(input: DataInputView): SnapshotHeader {
  const header = {
    engineVersion: input.readUtf8(),
    jobId: input.readUtf8(),
    jobName: input.readUtf8(),
    checkpointId: input.readVarInt(),
    timestamp: input.readFloat64(),
    isSavepoint: input.readInt8() === 1,
  }
  // Checkpoints are put in an order by it, and later ones are stamped after it.
  if (!isStamp(header.timestamp)) throw new ReasonError(`${String(header.timestamp)} is no time in milliseconds`)
  // The next checkpoint has the next one.
  if (header.checkpointId > MOST_CHECKPOINTS)
    throw new ReasonError(`${String(header.checkpointId)} is no number of one`)
  return header
}

function writeBlock(output: DataOutputView, block: DataOutputView): void {
  const payload = block.written()
  output.writeInt32(payload.length)
  output.writeInt32(crc32c(payload) | 0)
  output.writeBytes(payload)
}

function inBlock<T>(input: DataInputView, file: string, block: string, decode: (view: DataInputView) => T): T {
  try {
    const view = blockOf(input)
    const value = decode(view)
    if (view.remaining > 0) throw new ReasonError(`${String(view.remaining)} bytes are left over`)
    return value
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block, reason }, { cause: error })
  }
}

function blockOf(input: DataInputView): DataInputView {
  const length = input.readInt32()
  const expected = input.readInt32() >>> 0
  if (length < 0 || length > input.remaining) throw new ReasonError('the file is cut off')
  const payload = input.readBytes(length)
  if (crc32c(payload) !== expected) throw new ReasonError('its checksum does not match')
  return new DataInputView(payload)
}
