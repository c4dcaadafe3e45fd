import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RocksManifest } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/rocksdb-manifest.js'

const BLOCK_BYTES = 32 * 1024

function number(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))]
}

function bytes(length: number): number[] {
  return [...number(length), ...new Array<number>(length).fill(7)]
}

/** With a key so long that the edit has about the size that is asked for. */
function added(file: number, keyBytes = 9): number[] {
  const fields = [5, ...bytes(3), 13, ...bytes(1), 1]
  return [103, ...number(0), ...number(file), ...number(file * 1000), ...bytes(keyBytes), ...bytes(9), 5, 9, ...fields]
}

function deleted(file: number): number[] {
  return [6, ...number(2), ...number(file)]
}

/** As RocksDB lays edits out: in blocks, cut where one ends. */
function manifestOf(edits: readonly (readonly number[])[]): Buffer {
  const out: number[] = []
  for (const edit of edits) {
    for (let at = 0, isFirst = true; isFirst || at < edit.length; isFirst = false) {
      const left = BLOCK_BYTES - (out.length % BLOCK_BYTES)
      if (left < 7) out.push(...new Array<number>(left).fill(0))
      const room = BLOCK_BYTES - (out.length % BLOCK_BYTES) - 7
      const part = edit.slice(at, at + room)
      at += part.length
      const isLast = at === edit.length
      const type = isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3
      out.push(1, 2, 3, 4, part.length % 256, Math.floor(part.length / 256), type, ...part)
    }
  }
  return Buffer.from(out)
}

const EDITS = [
  [1, ...bytes(26), 2, 0, 9, 0, 3, 2, 4, 0],
  [2, ...number(13), ...added(12), ...added(300)],
  [...number(8194), ...bytes(5), ...number(203), 0, 5, 1, ...bytes(11), ...deleted(12), ...added(12)],
  [2, ...number(400), 10, ...number(400), ...added(401, 40_000), ...deleted(300)],
  ...Array.from({ length: 60 }, (_, index) => [...added(500 + index, 1200), ...deleted(499 + index)]),
]

describe('a RocksManifest', () => {
  it('has the files that were added and not deleted, and the log from which on entries are in none', () => {
    const manifest = new RocksManifest()
    manifest.read(manifestOf(EDITS.slice(0, 3)))
    assert.deepEqual([...manifest.files.keys()].sort(), [12, 300])
    assert.equal(manifest.files.get(300), 300_000)
    assert.equal(manifest.logNumber, 13)
  })

  it('says the same whether it is given all at once or byte by byte, over the ends of blocks', () => {
    const file = manifestOf(EDITS)
    const whole = new RocksManifest()
    whole.read(file)
    const slow = new RocksManifest()
    for (let at = 0; at < file.length; at += 1) {
      assert.equal(slow.position, at)
      slow.read(file.subarray(at, at + 1))
    }
    for (const manifest of [whole, slow]) {
      assert.deepEqual([...manifest.files.keys()], [12, 401, 559])
      assert.equal(manifest.logNumber, 400)
      assert.equal(manifest.sizeBytes, file.length)
    }
  })

  it('is at the end of the last whole edit where another one is being written', () => {
    const before = manifestOf(EDITS.slice(0, 3))
    const file = manifestOf(EDITS.slice(0, 4))
    for (let size = before.length; size < file.length; size += 997) {
      const manifest = new RocksManifest()
      manifest.read(file.subarray(0, size))
      assert.deepEqual([...manifest.files.keys()].sort(), [12, 300])
      assert.equal(manifest.sizeBytes, before.length)
      manifest.read(file.subarray(size))
      assert.deepEqual([...manifest.files.keys()], [12, 401])
    }
  })

  it('refuses what it does not know instead of leaving it out', () => {
    const refused: [Buffer, RegExp][] = [
      [manifestOf([[104, 0]]), /tag 104/],
      [manifestOf([[2]]), /ends within a number/],
      [manifestOf([[1, 9, 9]]), /ends within a field/],
      [Buffer.from([0, 0, 0, 0, 1, 0, 5, 2]), /record of type 5/],
      [Buffer.from([0, 0, 0, 0, 1, 0, 4, 2]), /do not follow/],
    ]
    for (const [file, message] of refused) assert.throws(() => new RocksManifest().read(file), message)
  })
})
