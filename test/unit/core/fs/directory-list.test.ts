import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { directoriesIn } from '../../../../src/core/fs/directory-list.js'

const { delimiter } = path

describe('A list of local directories', () => {
  it('is separated by commas, bars and as a PATH is', () => {
    assert.deepEqual(directoriesIn(undefined), [])
    assert.deepEqual(directoriesIn(` ,|${delimiter}`), [])
    assert.deepEqual(
      directoriesIn(` /a, /b|/c${delimiter}/d `),
      ['/a', '/b', '/c', '/d'].map((place) => path.resolve(place)),
    )
  })

  it('takes URIs of files, whose own colon separates nothing', () => {
    assert.deepEqual(
      directoriesIn(`file:///a${delimiter}file:/b,FILE:///c|/d${delimiter}file://localhost/e`),
      ['/a', '/b', '/c', '/d', '/e'].map((place) => path.resolve(place)),
    )
  })

  it('refuses what is no directory of this machine, and makes none of its parts', () => {
    for (const text of ['hdfs://host/a', `/a${delimiter}s3://bucket/b`]) {
      assert.throws(
        () => directoriesIn(text),
        (error) => FlinkError.is(error, 'FILE_SYSTEM_SCHEME_UNSUPPORTED'),
      )
    }
  })
})
