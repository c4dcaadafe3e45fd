// Duty: what follows the prefix in the key of an entry of a map: the user's key in bytes.
// Invariants: two keys have the same bytes exactly when a UserMap takes them for one. Canonical bytes begin with a tag; null and
// texts without a UTF-8 form, which have none, begin with bytes that are no tags.
// Thread: the task worker that owns the backend.
import { encodeKey, InvalidKeyError, keyInvalid } from '../../../../core/keygroups/canonical-key.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { UserKeys } from '../user-map.js'

const NULL_KEY = 0xff
const UTF_16_KEY = 0xfe

export function writeUserKey(key: unknown, keys: UserKeys, output: DataOutputView): void {
  if (key === null) output.writeInt8(NULL_KEY)
  else if (typeof key === 'string' && !key.isWellFormed()) writeUtf16(key, output)
  else writeCanonical(key, keys, output)
}

function writeUtf16(text: string, output: DataOutputView): void {
  output.writeInt8(UTF_16_KEY)
  output.writeBytes(Buffer.from(text, 'utf16le'))
}

function writeCanonical(key: unknown, { kind, place }: UserKeys, output: DataOutputView): void {
  try {
    encodeKey(key, kind, output)
  } catch (error) {
    throw error instanceof InvalidKeyError ? keyInvalid(place, error) : error
  }
}
