import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../../../src/core/config/configuration.js'
import { memoryOfWorker } from '../../../../../../src/runtime/taskmanager/state/rocksdb/memory-budget.js'
import type { MemoryShare } from '../../../../../../src/runtime/taskmanager/state/rocksdb/state-memory.js'

const MB = 1024 ** 2
const LARGE = { machineBytes: 64 * 1024 * MB, heapBytes: 4096 * MB }

interface Worker {
  readonly slots?: number
  readonly operators?: number
  readonly limits?: typeof LARGE
}

function shareOf(options: Readonly<Record<string, string>>, worker: Worker = {}): MemoryShare {
  const { slots = 1, operators = 1, limits = LARGE } = worker
  const memory = memoryOfWorker(Configuration.fromMap(options), slots, limits)
  for (let count = 0; count < operators; count++) memory.join()
  return memory.share()
}

function megabytes({ driverBytes, objectBytes }: MemoryShare): readonly [driver: number, objects: number] {
  return [driverBytes / MB, objectBytes / MB]
}

describe('The memory of a worker for state on the disk', () => {
  it('is 512 MB, of which the driver and objects have a half each', () => {
    assert.deepEqual(megabytes(shareOf({})), [256, 256])
    assert.equal(shareOf({}).writeBufferRatio, 0.5)
  })

  it('is no more than a 16th of a small machine or container', () => {
    assert.deepEqual(megabytes(shareOf({}, { limits: { ...LARGE, machineBytes: 1024 * MB } })), [32, 32])
  })

  it('gives objects no more than a quarter of the heap, and the driver the rest', () => {
    assert.deepEqual(megabytes(shareOf({}, { limits: { ...LARGE, heapBytes: 256 * MB } })), [448, 64])
  })

  it('is what is configured, shared by all operators of its slots', () => {
    const managed = { 'taskmanager.memory.managed.size': '1 gb' }
    assert.deepEqual(megabytes(shareOf(managed)), [512, 512])
    assert.deepEqual(megabytes(shareOf(managed, { slots: 2, operators: 8 })), [64, 64])
  })

  it('is that of its slots where each has a fixed one, whatever is managed', () => {
    const fixed = { 'state.backend.rocksdb.memory.fixed-per-slot': '64 mb', 'taskmanager.memory.managed.size': '1 gb' }
    assert.deepEqual(megabytes(shareOf(fixed, { slots: 2, operators: 4 })), [16, 16])
  })

  it('is had by each operator where it is not managed', () => {
    const options = { 'state.backend.rocksdb.memory.managed': 'false', 'taskmanager.memory.managed.size': '128 mb' }
    assert.deepEqual(megabytes(shareOf(options, { operators: 4 })), [64, 64])
  })

  it('tells the driver which part is for tables that are not written yet', () => {
    assert.equal(shareOf({ 'state.backend.rocksdb.memory.write-buffer-ratio': '0.25' }).writeBufferRatio, 0.25)
  })
})
