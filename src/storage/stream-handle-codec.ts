// Duty: handles of bytes in `_metadata`, and lists.
// Invariants: reader and writer mirror each other; what lies in the directory of the snapshot, or in `shared/` beside it, is named
// relatively. Counts are checked against the bytes that are left.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import type { DataInputView } from '../core/memory/data-input-view.js'
import type { DataOutputView } from '../core/memory/data-output-view.js'
import { sharedDirectoryOf } from './snapshot-directory.js'
import type { StreamStateHandle } from './state-handles.js'

const INLINE = 0
const FILE = 1
const RELATIVE_FILE = 2
const SHARED_FILE = 3

export function writeStreamHandle(handle: StreamStateHandle, directoryUri: string, output: DataOutputView): void {
  if (handle.kind === 'inline') {
    output.writeInt8(INLINE)
    output.writeVarInt(handle.crc32c)
    output.writeVarInt(handle.bytes.length)
    output.writeBytes(handle.bytes)
    return
  }
  const { kind, name } = relativeTo(directoryUri, handle.uri)
  output.writeInt8(kind)
  output.writeUtf8(name)
  output.writeVarInt(handle.offset)
  output.writeVarInt(handle.lengthBytes)
  output.writeVarInt(handle.crc32c)
}

export function readStreamHandle(input: DataInputView, directoryUri: string): StreamStateHandle {
  const kind = input.readInt8()
  if (kind === INLINE) {
    const crc = input.readVarInt()
    return { kind: 'inline', crc32c: crc, bytes: input.readBytes(input.readVarInt()).slice() }
  }
  if (kind !== FILE && kind !== RELATIVE_FILE && kind !== SHARED_FILE) {
    throw new ReasonError('a handle is of an unknown kind')
  }
  const uri = absolute(directoryUri, kind, input.readUtf8())
  return { kind: 'file', uri, offset: input.readVarInt(), lengthBytes: input.readVarInt(), crc32c: input.readVarInt() }
}

function relativeTo(directoryUri: string, uri: string): { readonly kind: number; readonly name: string } {
  const own = `${directoryUri}/`
  if (uri.startsWith(own)) return { kind: RELATIVE_FILE, name: uri.slice(own.length) }
  const shared = `${sharedDirectoryOf(directoryUri)}/`
  if (uri.startsWith(shared)) return { kind: SHARED_FILE, name: uri.slice(shared.length) }
  return { kind: FILE, name: uri }
}

function absolute(directoryUri: string, kind: number, name: string): string {
  switch (kind) {
    case RELATIVE_FILE:
      return `${directoryUri}/${name}`
    case SHARED_FILE:
      return `${sharedDirectoryOf(directoryUri)}/${name}`
    default:
      return name
  }
}

export function writeList<T>(items: readonly T[], output: DataOutputView, write: (item: T) => void): void {
  output.writeVarInt(items.length)
  for (const item of items) write(item)
}

/** Every item takes at least a byte, so a count beyond what is left is garbage. */
export function readList<T>(input: DataInputView, read: () => T): T[] {
  const count = input.readVarInt()
  if (count > input.remaining) throw new ReasonError('a list is longer than its block')
  return Array.from({ length: count }, read)
}
