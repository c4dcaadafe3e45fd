/** The keys of sorted entries: key group, key, namespace, and what follows them: the user's key of a map. */
import {
  decodeKey,
  InvalidKeyError,
  keyBytes,
  keyInvalid,
  type KeyKind,
} from '../../../../src/core/keygroups/canonical-key.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import type { UserKeys } from '../../../../src/runtime/taskmanager/state/user-map.js'

export interface SortedKey {
  readonly keyGroup: number
  readonly keyBytes: Uint8Array
  readonly namespaceBytes: Uint8Array
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

export function encodeSortedKey(keyGroup: number, key: Uint8Array, namespace: Uint8Array): string {
  const output = new DataOutputView(32)
  output.writeInt32(keyGroup)
  output.writeInt32(key.length)
  output.writeBytes(key)
  output.writeInt32(namespace.length)
  output.writeBytes(namespace)
  return textOf(output.written())
}

export function decodeSortedKey(text: string): SortedKey & { readonly length: number } {
  const input = new DataInputView(bytesOf(text))
  const keyGroup = input.readInt32()
  const key = input.readBytes(input.readInt32())
  const namespaceBytes = input.readBytes(input.readInt32())
  return { keyGroup, keyBytes: key, namespaceBytes, length: input.position }
}

/** Key group, key and namespace of an entry. */
export function prefixOf(text: string): string {
  return text.slice(0, decodeSortedKey(text).length)
}

export function keyIn(bytes: Uint8Array, kind: KeyKind): unknown {
  return decodeKey(kind, new DataInputView(bytes))
}

/** What follows the prefix in an entry of a map. */
export function userKeyText(key: unknown, { kind, place }: UserKeys): string {
  // Null is a key like others inside a map; canonical bytes know it as a part of a tuple only.
  if (key === null) return 'null'
  try {
    return textOf(keyBytes(key, kind))
  } catch (error) {
    throw error instanceof InvalidKeyError ? keyInvalid(place, error) : error
  }
}
