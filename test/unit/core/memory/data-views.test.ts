import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { anyText } from '../types/any-text.js'

interface Written {
  write(output: DataOutputView): void
  check(input: DataInputView): void
}

const values = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((value) => written('writeInt8', 'readInt8', value)),
  fc.integer().map((value) => written('writeInt32', 'readInt32', value)),
  fc.double().map((value) => written('writeFloat64', 'readFloat64', value)),
  fc.maxSafeNat().map((value) => written('writeVarInt', 'readVarInt', value)),
  anyText().map((text): Written => ({
    write: (output) => output.writeUtf8(text),
    check: (input) => assert.equal(input.readUtf8(), text),
  })),
  fc.uint8Array({ maxLength: 600 }).map((bytes): Written => ({
    write: (output) => output.writeBytes(bytes),
    check: (input) => assert.deepEqual(Uint8Array.from(input.readBytes(bytes.length)), bytes),
  })),
)

function written(
  writer: 'writeInt8' | 'writeInt32' | 'writeFloat64' | 'writeVarInt',
  reader: 'readInt8' | 'readInt32' | 'readFloat64' | 'readVarInt',
  value: number,
): Written {
  return {
    write: (output) => output[writer](value),
    check: (input) => assert.ok(Object.is(input[reader](), value)),
  }
}

function bytesOf(write: (output: DataOutputView) => void): Uint8Array {
  const output = new DataOutputView(1)
  write(output)
  return output.toBytes()
}

describe('DataOutputView and DataInputView', () => {
  it('give back what was written, in any order, and end where it ended', () => {
    fc.assert(
      fc.property(fc.array(values), (all) => {
        const bytes = bytesOf((output) => {
          for (const value of all) value.write(output)
        })
        const input = new DataInputView(bytes)
        for (const value of all) value.check(input)
        assert.equal(input.remaining, 0)
        assert.equal(input.position, bytes.length)
      }),
    )
  })

  it('write numbers big endian, as Java does', () => {
    const bytes = bytesOf((output) => {
      output.writeInt32(0x4960672d)
      output.writeFloat64(1)
      output.writeVarInt(300)
    })
    assert.equal(Buffer.from(bytes).toString('hex'), '4960672d3ff0000000000000ac02')
  })

  it('write a text as its length in bytes and UTF-8, whatever its length is and wherever it is no ASCII', () => {
    for (const length of [0, 1, 126, 127, 128, 129, 300]) {
      const ascii = 'a'.repeat(length)
      for (const text of [ascii, `${ascii}\u0080`, `\u007f${ascii}`, `ü${ascii}`, `${ascii}\u{1f600}`]) {
        const expected = new TextEncoder().encode(text)
        const input = new DataInputView(bytesOf((output) => output.writeUtf8(text)))
        assert.equal(input.readVarInt(), expected.length)
        assert.deepEqual(Uint8Array.from(input.readBytes(expected.length)), expected)
        assert.equal(input.remaining, 0)
      }
    }
  })

  it('keep a byte order mark at the front of a text', () => {
    const input = new DataInputView(bytesOf((output) => output.writeUtf8('\uFEFFa')))
    assert.equal(input.readUtf8(), '\uFEFFa')
  })

  it('start again after reset without disturbing what was taken out', () => {
    const output = new DataOutputView(4)
    output.writeInt32(1)
    const taken = output.toBytes()
    output.reset()
    output.writeInt32(-1)
    assert.equal(new DataInputView(taken).readInt32(), 1)
    assert.equal(output.position, 4)
    assert.equal(new DataInputView(output.written()).readInt32(), -1)
  })

  for (const value of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    it(`refuse ${value} as a length instead of writing another one`, () => {
      assert.throws(() => bytesOf((output) => output.writeVarInt(value)), { code: 'ASSERTION_FAILED' })
    })
  }

  it('refuse to read past the end', () => {
    assert.throws(() => new DataInputView(new Uint8Array(3)).readInt32(), { code: 'ASSERTION_FAILED' })
    assert.throws(() => new DataInputView(Uint8Array.of(5, 1)).readUtf8(), { code: 'ASSERTION_FAILED' })
  })

  it('refuse a length above 2^53 - 1 and a text that is no UTF-8', () => {
    assert.throws(() => new DataInputView(new Uint8Array(20).fill(0xff)).readVarInt(), { code: 'ASSERTION_FAILED' })
    const tooLarge = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
    assert.throws(() => new DataInputView(tooLarge).readVarInt(), { code: 'ASSERTION_FAILED' })
    assert.throws(() => new DataInputView(Uint8Array.of(1, 0xff)).readUtf8(), { code: 'ASSERTION_FAILED' })
  })

  it('read a part of a larger buffer', () => {
    const part = Uint8Array.of(9, 9, 0, 0, 0, 7, 9).subarray(2, 6)
    assert.equal(new DataInputView(part).readInt32(), 7)
  })

  it('goes on in memory that it is given, and takes along only the last part when that runs out', () => {
    const given = Buffer.alloc(8)
    const output = new DataOutputView(4)
    output.writeInto(given, new DataView(given.buffer, given.byteOffset, 8), 0)
    output.writeInt32(1)
    output.markMoving()
    output.writeInt32(2)
    assert.equal(output.bytes, given)
    output.writeInt32(3)
    assert.notEqual(output.bytes, given)
    assert.equal(output.position, 12)
    assert.deepEqual([...given], [0, 0, 0, 1, 0, 0, 0, 2])
    assert.deepEqual([...output.written().subarray(4)], [0, 0, 0, 2, 0, 0, 0, 3])
    output.writeIntoOwn()
    assert.equal(output.position, 0)
    output.writeInt32(4)
    assert.deepEqual([...output.toBytes()], [0, 0, 0, 4])
    assert.deepEqual([...given], [0, 0, 0, 1, 0, 0, 0, 2])
  })
})
