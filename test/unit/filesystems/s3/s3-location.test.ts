import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { s3LocationOf, s3NameOf, s3ParentOf } from '../../../../src/filesystems/s3/s3-location.js'

it('reads the bucket and the key of a path, whatever slashes are around them', () => {
  assert.deepEqual(s3LocationOf('s3a://bucket//a/b/'), { path: 's3a://bucket/a/b', bucket: 'bucket', key: 'a/b' })
  assert.deepEqual(s3LocationOf('s3://bucket'), { path: 's3://bucket', bucket: 'bucket', key: '' })
  assert.deepEqual(s3LocationOf('s3://bucket/'), s3LocationOf('s3://bucket'))
})

it('knows what is above, up to the bucket', () => {
  const file = s3LocationOf('s3://bucket/a/b')
  const directory = s3ParentOf(file)
  assert.deepEqual(directory, s3LocationOf('s3://bucket/a'))
  const bucket = directory && s3ParentOf(directory)
  assert.deepEqual(bucket, s3LocationOf('s3://bucket'))
  assert.equal(bucket && s3ParentOf(bucket), undefined)
  assert.deepEqual(
    [file, bucket].map((at) => at && s3NameOf(at)),
    ['b', 'bucket'],
  )
})

it('refuses a path without a bucket', () => {
  for (const path of ['s3:///a', 's3:/a', 's3:a']) {
    assert.throws(
      () => s3LocationOf(path),
      (error) => FlinkError.is(error, 'PATH_INVALID'),
    )
  }
})
