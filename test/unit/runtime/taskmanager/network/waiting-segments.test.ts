import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { InMemoryTemporaryFiles } from '../../../../../src/core/fs/in-memory-temporary-files.js'
import { WaitingSegments } from '../../../../../src/runtime/taskmanager/network/waiting-segments.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'

function createSpace(memoryBytes = 1000, capacityBytes = Number.POSITIVE_INFINITY) {
  const files = new InMemoryTemporaryFiles(capacityBytes)
  return { files, space: new WaitingSpace({ memoryBytes, blockBytes: 100, createFile: () => files.create() }) }
}

function segment(kind: number, sizeBytes: number) {
  return { kind, flag: kind % 2, bytes: new Uint8Array(sizeBytes).fill(kind) }
}

function takeAll(waiting: WaitingSegments): number[] {
  const kinds: number[] = []
  for (let next = waiting.take(); next !== undefined; next = waiting.take()) kinds.push(next.kind)
  return kinds
}

describe('Segments that wait', () => {
  it('know at which position of the stream the oldest of them begins, also where all before it have gone on', () => {
    const waiting = new WaitingSegments(createSpace().space)
    const positions = [undefined, [['a']], [['b']]]
    waiting.push(segment(1, 10), positions[0])
    waiting.push(segment(2, 10), positions[1])
    assert.equal(waiting.position, positions[0])
    waiting.take()
    assert.equal(waiting.position, positions[1])
    waiting.take()
    waiting.push(segment(3, 10), positions[2])
    assert.equal(waiting.position, positions[2])
  })

  it('come back in order, whole, whatever of them lay in the file', () => {
    const action = fc.record({ channel: fc.nat(2), takes: fc.nat(4), sizeBytes: fc.nat(350) })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), fc.integer({ min: 0, max: 3000 }), (actions, memoryBytes) => {
        const { files, space } = createSpace(memoryBytes)
        const channels = [0, 1, 2].map(() => ({ waiting: new WaitingSegments(space), expected: [] as unknown[] }))
        for (const [index, { channel, takes, sizeBytes }] of actions.entries()) {
          const { waiting, expected } = channels[channel] ?? assert.fail()
          const pushed = segment(index % 200, sizeBytes)
          waiting.push(pushed)
          expected.push({ ...pushed, bytes: [...pushed.bytes] })
          pushed.bytes.fill(255)
          for (let taken = 0; taken < takes && expected.length > 0; taken += 1) {
            const next = waiting.take()
            assert.deepStrictEqual(next && { ...next, bytes: [...next.bytes] }, expected.shift())
          }
          const sizes = expected.map((each) => (each as { bytes: number[] }).bytes.length)
          assert.equal(
            waiting.sizeBytes,
            sizes.reduce((sum, size) => sum + size, 0),
          )
          assert.equal(waiting.isEmpty, expected.length === 0)
        }
        for (const { waiting, expected } of channels) assert.equal(takeAll(waiting).length, expected.length)
        assert.equal(files.openFiles, 0, 'the file is gone with the last one in it')
        assert.ok(space.takeMemory(memoryBytes), 'all memory was given back')
      }),
    )
  })

  it('share one file, whose blocks are used again', () => {
    const { files, space } = createSpace(0)
    const [slow, quick] = [new WaitingSegments(space), new WaitingSegments(space)]
    slow.push(segment(1, 50))
    for (let round = 0; round < 100; round += 1) {
      quick.push(segment(2, 250))
      assert.equal(quick.take()?.bytes.length, 250)
    }
    assert.equal(space.fileSizeBytes, 400)
    assert.equal(files.createdFiles, 1)
    slow.clear()
    assert.equal(files.openFiles, 0)
    assert.equal(space.fileSizeBytes, 0)
  })

  it('are dropped, and their file with them', () => {
    const { files, space } = createSpace(500)
    const waiting = new WaitingSegments(space)
    for (let kind = 0; kind < 50; kind += 1) waiting.push(segment(kind, 90))
    assert.equal(files.openFiles, 1)
    waiting.clear()
    assert.equal(waiting.isEmpty, true)
    assert.equal(waiting.sizeBytes, 0)
    assert.equal(files.openFiles, 0)
    waiting.push(segment(7, 10))
    assert.deepStrictEqual(takeAll(waiting), [7])
  })

  it('are passed by nothing once one could not be written, whoever swallows that error', () => {
    const { space } = createSpace(300, 250)
    const waiting = new WaitingSegments(space)
    const isFull = (error: unknown): boolean => FlinkError.is(error, 'TEMPORARY_FILE_FAILED')
    waiting.push(segment(1, 100))
    waiting.push(segment(2, 100))
    assert.throws(() => {
      waiting.push(segment(3, 200))
    }, isFull)
    assert.throws(() => {
      waiting.push(segment(4, 1))
    }, isFull)
    assert.equal(waiting.take()?.kind, 1)
    assert.equal(waiting.take()?.kind, 2)
    assert.equal(waiting.isEmpty, false)
    assert.throws(() => waiting.take(), isFull)
    waiting.clear()
    assert.equal(waiting.take(), undefined)
  })
})
