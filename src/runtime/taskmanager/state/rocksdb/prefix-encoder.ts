// Duty: the prefix of the entries of one state, from key and namespace as they are in memory.
// Thread: the task worker that owns the backend.
import { encodeKey, type KeyKind } from '../../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../core/keygroups/key-group-assignment.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { AnyNamespaceType } from '../namespace-type.js'
import { writeStatePrefix } from './entry-key.js'

export interface PrefixEncoding {
  readonly keyKind: KeyKind
  readonly maxParallelism: number
  readonly stateId: number
  readonly namespaces: AnyNamespaceType
}

export class PrefixEncoder {
  readonly #encoding: PrefixEncoding
  readonly #key = new DataOutputView()
  readonly #namespace = new DataOutputView()
  readonly #prefix = new DataOutputView()

  constructor(encoding: PrefixEncoding) {
    this.#encoding = encoding
  }

  /** Valid until the next call. */
  encode(key: unknown, keyHash: number, namespace: unknown): Uint8Array {
    const { keyKind, maxParallelism, stateId, namespaces } = this.#encoding
    this.#key.reset()
    encodeKey(key, keyKind, this.#key)
    this.#namespace.reset()
    namespaces.serializer.serialize(namespace, this.#namespace)
    const prefix = this.#prefix
    prefix.reset()
    writeStatePrefix(keyGroupForHash(keyHash, maxParallelism), stateId, prefix)
    writePart(this.#key, prefix)
    writePart(this.#namespace, prefix)
    return prefix.written()
  }
}

function writePart(part: DataOutputView, output: DataOutputView): void {
  output.writeVarInt(part.position)
  output.writeSlice(part.bytes, 0, part.position)
}
