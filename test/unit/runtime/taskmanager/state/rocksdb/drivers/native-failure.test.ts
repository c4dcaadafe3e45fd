import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FlinkError } from '../../../../../../../src/core/errors/flink-error.js'
import {
  explainNative,
  nativeFailure,
} from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/native-failure.js'

const place = { operation: 'write', directory: '/data/state' }

it('a disk that is full is told in every store’s own words', () => {
  const words = [
    'IO error: No space left on device: While appending to file: /data/state/000012.log: No space left on device',
    'ENOSPC: no space left on device, mkdir',
    'Disk quota exceeded',
    'There is not enough space on the disk.',
  ]
  for (const message of words) {
    const failure = nativeFailure(place, new Error(message))
    assert.equal(failure.code, 'DISK_FULL')
    assert.match(failure.message, /device of \/data\/state\. Free space/)
  }
  assert.equal(nativeFailure(place, Object.assign(new Error('x'), { code: 'ENOSPC' })).code, 'DISK_FULL')
})

it('the reason is that of the innermost error', () => {
  const inner = Object.assign(new Error('Corruption: block checksum mismatch'), { code: 'LEVEL_CORRUPTION' })
  const failure = nativeFailure(place, new Error('Database is not open', { cause: inner }))
  assert.equal(failure.code, 'STATE_STORE_FAILED')
  assert.match(
    failure.message,
    /^The state on the disk in \/data\/state cannot be used \(write\): Corruption: block ch/,
  )
})

it('a store that is open already is a mistake of the engine', () => {
  const locked = Object.assign(new Error('IO error: lock hold by current process'), { code: 'LEVEL_LOCKED' })
  const failure = nativeFailure(place, new Error('Database is not open', { cause: locked }))
  assert.equal(failure.code, 'ASSERTION_FAILED')
  assert.match(failure.message, /the store in \/data\/state is open already/)
})

it('an error of the table stays what it is', () => {
  const error = new FlinkError('DISK_FULL', { path: '/other' })
  assert.equal(nativeFailure(place, error), error)
  assert.throws(
    () =>
      explainNative(place, () => {
        throw error
      }),
    error,
  )
  assert.equal(
    explainNative(place, () => 7),
    7,
  )
})
