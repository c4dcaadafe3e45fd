import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { CommitRecoverable } from '../../../../src/core/fs/recoverable-writer.js'
import { recoverables } from '../../../../src/core/fs/recoverables.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'

const PATHS: CommitRecoverable = { targetPath: 's3://b/a', temporaryPath: 's3://b/.a.inprogress.1', offset: 2 ** 40 }

function roundTrip(recoverable: CommitRecoverable): CommitRecoverable {
  return recoverables.deserialize(recoverables.getVersion(), recoverables.serialize(recoverable))
}

it('a recoverable is read as it was written, with what its writer says beyond the paths', () => {
  const upload = { ...PATHS, uploadId: 'ü', parts: [{ number: 1, etag: '"x"', sizeBytes: 5 }] }
  assert.deepEqual(roundTrip(PATHS), PATHS)
  assert.deepEqual(roundTrip(upload), upload)
})

it('a recoverable of the first version, which had paths alone, is read', () => {
  const output = new DataOutputView()
  output.writeUtf8(PATHS.targetPath)
  output.writeUtf8(PATHS.temporaryPath)
  output.writeFloat64(PATHS.offset)
  assert.deepEqual(recoverables.deserialize(1, output.toBytes()), PATHS)
})

it('a recoverable of a later version is refused', () => {
  assert.throws(() => recoverables.deserialize(3, new Uint8Array(20)), /files of version 3 are not known/)
})
