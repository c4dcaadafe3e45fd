import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { parseFileUri, toFileUri } from '../../../../src/core/fs/file-path.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'

describe('a file URI', () => {
  const local: readonly (readonly [text: string, path: string])[] = [
    ['file:///tmp/a', '/tmp/a'],
    ['file:/tmp/a', '/tmp/a'],
    ['FILE:/tmp/a', '/tmp/a'],
    ['file:////tmp//a/', '/tmp/a'],
    ['file://localhost/tmp/a', '/tmp/a'],
    ['file:///localhost/a', '/localhost/a'],
    ['file:///', '/'],
    ['/tmp/a/', '/tmp/a'],
    ['a/b', '/here/a/b'],
    ['../a', '/a'],
    ['/tmp/a%20b c', '/tmp/a%20b c'],
    ['/tmp/x:y', '/tmp/x:y'],
  ]
  for (const [text, path] of local) {
    it(`${text} is the local path ${path}`, () => {
      assert.deepEqual(parseFileUri(text, '/here'), { scheme: 'file', path })
    })
  }

  it('of another scheme keeps what follows it', () => {
    assert.deepEqual(parseFileUri('HDFS://host:9000/a/b'), { scheme: 'hdfs', path: '//host:9000/a/b' })
  })

  it('with a forgotten slash is refused with the path that was meant', () => {
    assert.throws(() => parseFileUri('file://tmp/a'), {
      code: 'PATH_INVALID',
      message: /authority 'tmp'.*correct path would be 'file:\/\/\/tmp\/a'/,
    })
  })

  for (const text of ['', '  ', 'file:', 'file:a', 'a\0b']) {
    it(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseFileUri(text), { code: 'PATH_INVALID' })
    })
  }

  it('is printed with one slash and read back', () => {
    assert.equal(toFileUri('/tmp/a'), 'file:/tmp/a')
    assert.equal(parseFileUri(toFileUri('/tmp/a')).path, '/tmp/a')
  })
})

describe('FileSystems', () => {
  it('finds the file system of a scheme and the path in it', () => {
    const [local, other] = [new InMemoryFileSystem(), new InMemoryFileSystem()]
    const fileSystems = new FileSystems().register('file', local).register('mem', other)
    assert.deepEqual(fileSystems.forUri('file:///a'), { fileSystem: local, path: '/a' })
    assert.equal(fileSystems.forUri('mem://a').fileSystem, other)
  })

  it('says of an unknown scheme what the documents say, and what can be used', () => {
    const fileSystems = new FileSystems().register('file', new InMemoryFileSystem())
    assert.throws(
      () => fileSystems.forUri('hdfs://namenode:40010/flink'),
      (error) => {
        assert.ok(FlinkError.is(error, 'FILE_SYSTEM_SCHEME_UNSUPPORTED'))
        assert.match(error.message, /^Could not find a file system implementation for scheme 'hdfs'\./)
        assert.match(error.message, /file:\/\/\//)
        return true
      },
    )
  })
})
