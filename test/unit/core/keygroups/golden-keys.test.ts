import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeKey, hashKey, keyBytes, keysEqual } from '../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../src/core/keygroups/key-group-assignment.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { GOLDEN_KEYS } from './golden-keys.js'

describe('A key of a declared type', () => {
  for (const [title, type, key, bytes, hash, keyGroupOf128, keyGroupOf32768] of GOLDEN_KEYS) {
    it(`such as ${title} has the bytes, the hash and the key groups that Java computes`, () => {
      const kind = type.keyKind()
      assert.equal(Buffer.from(keyBytes(key, kind)).toString('hex'), bytes)
      assert.equal(hashKey(key, kind), hash)
      assert.equal(keyGroupForHash(hash, 128), keyGroupOf128)
      assert.equal(keyGroupForHash(hash, 32_768), keyGroupOf32768)
      assert.ok(keysEqual(decodeKey(kind, new DataInputView(Buffer.from(bytes, 'hex'))), key, kind))
    })
  }

  it('equals another one exactly where their bytes are equal', () => {
    for (const [, type, left, bytes] of GOLDEN_KEYS) {
      for (const [, , right] of GOLDEN_KEYS) {
        const kind = type.keyKind()
        const other = bytesOrNone(right, kind)
        if (other !== undefined) assert.equal(keysEqual(left, right, kind), other === bytes)
      }
    }
  })
})

/** Undefined for what is no key of the kind. */
function bytesOrNone(key: unknown, kind: Parameters<typeof keyBytes>[1]): string | undefined {
  try {
    return Buffer.from(keyBytes(key, kind)).toString('hex')
  } catch {
    return undefined
  }
}
