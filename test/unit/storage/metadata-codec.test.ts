import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { streamHandlesOf, type CheckpointMetadata } from '../../../src/storage/checkpoint-metadata.js'
import { decodeMetadata, encodeMetadata, readHeader } from '../../../src/storage/metadata-codec.js'

const SAMPLE: CheckpointMetadata = {
  engineVersion: '0.1.0',
  jobId: '0123456789abcdef0123456789abcdef',
  jobName: 'größe 😀',
  checkpointId: 2 ** 40,
  timestamp: 1_700_000_000_123,
  isSavepoint: true,
  operators: [
    {
      operatorId: 'f'.repeat(32),
      uid: 'mapper-id',
      name: 'Map',
      parallelism: 3,
      maxParallelism: 128,
      fullyFinished: false,
      subtasks: [
        undefined,
        {
          managedKeyed: [
            {
              isDelta: false,
              keyGroups: { start: 43, end: 44 },
              offsets: [0, 5, 9],
              states: [{ name: 'n', kind: 'value', typeFingerprint: 'INT', schemaVersion: 2 }],
              keyShapes: ['[number, string]', 'string'],
              handle: { kind: 'file', uri: 'file:/cp/chk-1/x', offset: 3, lengthBytes: 9, crc32c: 0xffffffff },
            },
            {
              isDelta: true,
              keyGroups: { start: 43, end: 44 },
              offsets: [0, 0, 2],
              states: [{ name: 'n', kind: 'value', typeFingerprint: 'INT', schemaVersion: 2 }],
              keyShapes: undefined,
              handle: { kind: 'file', uri: 'file:/cp/shared/y', offset: 0, lengthBytes: 2, crc32c: 1 },
            },
            {
              isDelta: false,
              keyGroups: { start: 45, end: 85 },
              offsets: [],
              states: [
                { name: 'timers', kind: 'priority-queue', typeFingerprint: 'PRESENCE', schemaVersion: 0 },
                { name: 'w', kind: 'list', typeFingerprint: 'INT', schemaVersion: 0, namespaceFingerprint: 'SPAN' },
              ],
              keyShapes: ['string'],
              handle: { kind: 'inline', bytes: Uint8Array.of(9), crc32c: 8 },
              backendFiles: {
                backend: 'sorted',
                files: [
                  {
                    name: '000001.run',
                    handle: { kind: 'file', uri: 'file:/cp/shared/z', offset: 0, lengthBytes: 2, crc32c: 1 },
                  },
                  { name: '000002.run', handle: { kind: 'inline', bytes: Uint8Array.of(4), crc32c: 2 } },
                ],
              },
            },
          ],
          managedOperator: [
            {
              states: [
                { name: 'l', kind: 'operator-list', typeFingerprint: 'GENERIC', schemaVersion: 1, offsets: [0, 1, 4] },
              ],
              handle: { kind: 'inline', bytes: Uint8Array.of(1, 2, 3, 4), crc32c: 7 },
            },
          ],
          inputChannels: [
            {
              edgeIndex: 1,
              channelIndex: 200,
              typeFingerprint: 'INT',
              offsets: [0, 4, 8],
              numTimes: 1,
              handle: { kind: 'file', uri: 'file:/cp/chk-1/in', offset: 5, lengthBytes: 8, crc32c: 6 },
            },
            {
              edgeIndex: 0,
              channelIndex: 3,
              typeFingerprint: 'GENERIC',
              offsets: [0, 2],
              handle: { kind: 'inline', bytes: Uint8Array.of(1, 2), crc32c: 3 },
            },
          ],
        },
        undefined,
      ],
      coordinatorState: { kind: 'file', uri: 'file:/cp/chk-1/coordinator', offset: 0, lengthBytes: 3, crc32c: 4 },
      inputEdges: [
        { id: 'a/0-f/0', sourceName: 'Zähler', partitioner: 'rebalance', recordType: 'GENERIC' },
        { id: 'b/1-f/0', sourceName: 'S', partitioner: 'hash', recordType: 'INT', sourceParallelism: 300 },
      ],
    },
    {
      operatorId: 'e'.repeat(32),
      uid: undefined,
      name: 'S',
      parallelism: 1,
      maxParallelism: 128,
      fullyFinished: true,
      subtasks: [undefined],
      coordinatorState: { kind: 'inline', bytes: Uint8Array.of(5, 6), crc32c: 3 },
    },
  ],
}
const OPERATOR = {
  operatorId: 'e'.repeat(32),
  uid: undefined,
  name: 'S',
  parallelism: 1,
  maxParallelism: 2,
  fullyFinished: false,
}
const HERE = 'file:/cp/chk-1'

describe('the metadata codec', () => {
  it('gives back what went in', () => {
    assert.deepEqual(decodeMetadata(encodeMetadata(SAMPLE, HERE), 'f', HERE), SAMPLE)
  })

  it('finds the files of a snapshot whose directory was moved', () => {
    const moved = decodeMetadata(encodeMetadata(SAMPLE, HERE), 'f', 'file:/elsewhere')
    const handle = moved.operators[0]?.subtasks[1]?.managedKeyed[0]?.handle
    assert.equal(handle?.kind === 'file' && handle.uri, 'file:/elsewhere/x')
  })

  it('finds the shared files of a job whose directory was moved', () => {
    const moved = decodeMetadata(encodeMetadata(SAMPLE, HERE), 'f', 'file:/elsewhere/chk-1')
    const handle = moved.operators[0]?.subtasks[1]?.managedKeyed[1]?.handle
    assert.equal(handle?.kind === 'file' && handle.uri, 'file:/elsewhere/shared/y')
    const [file] = moved.operators[0]?.subtasks[1]?.managedKeyed[2]?.backendFiles?.files ?? []
    assert.equal(file?.handle.kind === 'file' && file.handle.uri, 'file:/elsewhere/shared/z')
  })

  it("names among the bytes of a snapshot those of a backend's own files, of channels and of coordinators", () => {
    const handles = streamHandlesOf(SAMPLE)
    const uris = handles.flatMap((handle) => (handle.kind === 'file' ? [handle.uri] : []))
    const own = ['x', 'in', 'coordinator'].map((name) => `file:/cp/chk-1/${name}`)
    for (const uri of [...own, 'file:/cp/shared/y', 'file:/cp/shared/z']) assert.ok(uris.includes(uri), uri)
    const inline = handles.flatMap((handle) => (handle.kind === 'inline' ? [[...handle.bytes].join()] : []))
    for (const bytes of ['1,2', '5,6']) assert.ok(inline.includes(bytes), bytes)
  })

  it('finds the state of channels and of a coordinator in a directory that was moved', () => {
    const [operator] = decodeMetadata(encodeMetadata(SAMPLE, HERE), 'f', 'file:/elsewhere').operators
    const handles = [operator?.coordinatorState, operator?.subtasks[1]?.inputChannels?.[0]?.handle]
    const uris = handles.map((handle) => handle?.kind === 'file' && handle.uri)
    assert.deepEqual(uris, ['file:/elsewhere/coordinator', 'file:/elsewhere/in'])
  })

  it('reads version 1, in which all keyed state is whole and nothing is known of the keys', () => {
    const state = { name: 'n', kind: 'value', typeFingerprint: 'INT', schemaVersion: 2 } as const
    const handle = { kind: 'inline', bytes: Uint8Array.of(7), crc32c: 1 } as const
    const keyGroups = { start: 0, end: 1 }
    const keyed = { isDelta: false, keyGroups, offsets: [0, 1, 1], states: [state], keyShapes: undefined, handle }
    const subtask = { managedKeyed: [keyed], managedOperator: [] }
    const operator = { ...OPERATOR, subtasks: [subtask] }
    const decoded = decodeMetadata(versionOne({ ...SAMPLE, operators: [operator] }), 'f', HERE)
    assert.deepEqual(decoded.operators, [operator])
  })

  it('knows of a savepoint whether the job was drained for it, and nothing of that in version 5', () => {
    const drained = { ...SAMPLE, isDrained: true, operators: [] }
    const bytes = encodeMetadata(drained, HERE)
    assert.deepEqual(decodeMetadata(bytes, 'f', HERE), drained)
    const versionFive = withBlock(bytes.slice(0, 8).with(7, 5), bytes.subarray(16, -1))
    assert.deepEqual(decodeMetadata(versionFive, 'f', HERE), { ...SAMPLE, operators: [] })
  })

  it('says that something else is no snapshot', () => {
    const foreign = Uint8Array.of(0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 4)
    for (const bytes of [foreign, new Uint8Array(3)]) {
      assert.throws(() => decodeMetadata(bytes, '/f', HERE), /^FlinkError: Unexpected magic number/)
    }
  })

  it('names the version that it cannot read', () => {
    const bytes = encodeMetadata(SAMPLE, HERE)
    bytes[7] = 9
    assert.throws(
      () => decodeMetadata(bytes, '/f', HERE),
      (error) => FlinkError.is(error, 'SNAPSHOT_VERSION_UNSUPPORTED') && error.message.includes(SAMPLE.engineVersion),
    )
    bytes[20] = (bytes[20] ?? 0) ^ 1
    assert.throws(
      () => decodeMetadata(bytes, '/f', HERE),
      (error) => FlinkError.is(error, 'SNAPSHOT_VERSION_UNSUPPORTED'),
      'also where the engine that wrote it cannot be read',
    )
  })

  it('reads the header of a file that is damaged elsewhere, and none that is damaged itself', () => {
    const { operators, ...header } = SAMPLE
    assert.ok(operators.length > 0)
    const bytes = encodeMetadata(SAMPLE, HERE)
    assert.deepEqual(readHeader(bytes.subarray(0, -1)), header)
    assert.deepEqual(readHeader(bytes.map((byte, at) => (at < 8 ? 0 : byte))), header)
    for (const damaged of [
      bytes.subarray(0, 20),
      new Uint8Array(),
      bytes.map((byte, at) => (at === 20 ? ~byte : byte)),
    ]) {
      assert.equal(readHeader(damaged), undefined)
    }
  })

  it('notices any changed byte', () => {
    const bytes = encodeMetadata(SAMPLE, HERE)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
        const damaged = bytes.slice()
        damaged[position] = (damaged[position] ?? 0) ^ change
        assert.throws(
          () => decodeMetadata(damaged, '/f', HERE),
          (error) => FlinkError.is(error),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('notices wherever the file is cut off', () => {
    const bytes = encodeMetadata(SAMPLE, HERE)
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(
        () => decodeMetadata(bytes.slice(0, length), '/f', HERE),
        (error) => FlinkError.is(error),
      )
    }
  })

  it('gives a clear error for nonsense whose checksum is right', () => {
    const header = encodeMetadata({ ...SAMPLE, operators: [] }, HERE).subarray(0, 8)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        const bytes = withBlock(header, payload)
        assert.throws(
          () => decodeMetadata(bytes, '/f', HERE),
          (error) => FlinkError.is(error, 'SNAPSHOT_CORRUPT'),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('reads version 4, and passes over nothing where it has two empty lists of a subtask', () => {
    const operator = { ...OPERATOR, subtasks: [{ managedKeyed: [], managedOperator: [] }] }
    const [head, bytes] = [[], [operator]].map((operators) => encodeMetadata({ ...SAMPLE, operators }, HERE))
    assert.ok(head && bytes)
    // Without what version 6 has after the operator count.
    const start = withBlock(bytes.slice(0, 8).with(7, 4), head.subarray(16, -1).with(-1, 1))
    // Its four lists were empty; now there are three of a subtask, the coordinator's and that of edges.
    const payload = bytes.slice(head.length + 8, -1)
    assert.deepEqual(payload.subarray(-4), new Uint8Array(4))
    assert.deepEqual(decodeMetadata(withBlock(start, payload), '/f', HERE).operators, [operator])
    for (const at of [-1, -3]) {
      assert.throws(
        () => decodeMetadata(withBlock(start, payload.with(at, 1)), '/f', HERE),
        /damaged at operator .*: it holds state of a kind that there is not/,
      )
    }
  })

  it('reads version 6, in which nothing was in flight, and passes over nothing in its two lists of channels', () => {
    const operator = { ...OPERATOR, subtasks: [{ managedKeyed: [], managedOperator: [] }] }
    const [head, bytes] = [[], [operator]].map((operators) => encodeMetadata({ ...SAMPLE, operators }, HERE))
    assert.ok(head && bytes)
    const start = withBlock(bytes.slice(0, 8).with(7, 6), head.subarray(16).with(-2, 1))
    const payload = bytes.slice(head.length + 8)
    assert.deepEqual(payload.subarray(-5), new Uint8Array(5))
    assert.deepEqual(decodeMetadata(withBlock(start, payload), '/f', HERE).operators, [operator])
    for (const at of [-2, -3]) {
      assert.throws(
        () => decodeMetadata(withBlock(start, payload.with(at, 1)), '/f', HERE),
        /damaged at operator .*: it holds state of a kind that there is not/,
      )
    }
  })

  it('reads version 7, in which only records were in flight, and nothing is known of the parallelism upstream', () => {
    const handle = { kind: 'inline', bytes: Uint8Array.of(1, 2), crc32c: 3 } as const
    const channel = { edgeIndex: 0, channelIndex: 3, typeFingerprint: 'T', offsets: [0, 2], handle }
    const inputEdges = [{ id: 'i', sourceName: 's', partitioner: 'hash', recordType: 'INT' }]
    const subtask = { managedKeyed: [], managedOperator: [], inputChannels: [channel] }
    const operator = { ...OPERATOR, subtasks: [subtask], inputEdges }
    const [head, bytes] = [[], [operator]].map((operators) => encodeMetadata({ ...SAMPLE, operators }, HERE))
    assert.ok(head && bytes)
    const start = withBlock(bytes.slice(0, 8).with(7, 7), head.subarray(16).with(-2, 1))
    const payload = [...bytes.slice(head.length + 8)]
    // The last byte is the parallelism; the other number is after the two offsets and before the handle.
    assert.equal(payload.pop(), 0)
    const [at] = [...payload.keys()].filter((index) => payload.slice(index, index + 5).join() === '2,0,2,0,0')
    assert.ok(at !== undefined)
    payload.splice(at + 3, 1)
    assert.deepEqual(decodeMetadata(withBlock(start, Uint8Array.from(payload)), '/f', HERE).operators, [operator])
  })

  it('refuses the state of a second coordinator of an operator', () => {
    const [head, bytes] = [[], [{ ...OPERATOR, subtasks: [undefined] }]].map((operators) =>
      encodeMetadata({ ...SAMPLE, operators }, HERE),
    )
    assert.ok(head && bytes)
    const start = withBlock(bytes.subarray(0, 8), head.subarray(16).with(-2, 1))
    const inline = [0, 0, 0]
    const payload = Uint8Array.of(...bytes.slice(head.length + 8, -2), 2, ...inline, ...inline)
    assert.throws(
      () => decodeMetadata(withBlock(start, payload), '/f', HERE),
      /damaged at operator .*: it has the state of more than one coordinator/,
    )
  })

  it('does not pass over bytes that a block has left', () => {
    const bytes = encodeMetadata({ ...SAMPLE, operators: [] }, HERE)
    const longer = withBlock(bytes.subarray(0, 8), Uint8Array.of(...bytes.subarray(16), 0))
    assert.throws(() => decodeMetadata(longer, '/f', HERE), /damaged at the header: 1 bytes are left over/)
  })
})

function withBlock(start: Uint8Array, payload: Uint8Array): Uint8Array {
  const output = new DataOutputView()
  output.writeBytes(start)
  output.writeInt32(payload.length)
  output.writeInt32(crc32c(payload) | 0)
  output.writeBytes(payload)
  return output.toBytes()
}

/** What version 1 wrote of operators with one subtask and one keyed handle each: without the byte after the range. */
function versionOne(metadata: CheckpointMetadata): Uint8Array {
  const header = encodeMetadata({ ...metadata, operators: [] }, HERE)
  const output = new DataOutputView()
  output.writeInt32(0x4654534d)
  output.writeInt32(1)
  const payload = header.slice(16, -1)
  payload[payload.length - 1] = metadata.operators.length
  let bytes = withBlock(output.toBytes(), payload)
  for (const operator of metadata.operators) {
    const [subtask] = operator.subtasks
    assert.ok(subtask)
    const { keyGroups, offsets, states, handle } = subtask.managedKeyed[0] ?? assert.fail()
    assert.ok(handle.kind === 'inline')
    const block = new DataOutputView()
    block.writeUtf8(operator.operatorId)
    block.writeInt8(0)
    block.writeUtf8('')
    block.writeUtf8(operator.name)
    for (const number of [operator.parallelism, operator.maxParallelism]) block.writeVarInt(number)
    block.writeInt8(0)
    for (const number of [1, 0, 1, keyGroups.start, keyGroups.end + 1]) block.writeVarInt(number)
    for (const number of [offsets.length, ...offsets, states.length]) block.writeVarInt(number)
    for (const { name, typeFingerprint, schemaVersion } of states) {
      block.writeUtf8(name)
      block.writeInt8(0)
      block.writeUtf8(typeFingerprint)
      block.writeVarInt(schemaVersion)
    }
    block.writeInt8(0)
    for (const number of [handle.crc32c, handle.bytes.length]) block.writeVarInt(number)
    block.writeBytes(handle.bytes)
    for (const empty of [0, 0, 0]) block.writeVarInt(empty)
    bytes = withBlock(bytes, block.toBytes())
  }
  return bytes
}
