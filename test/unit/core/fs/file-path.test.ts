import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { parentOf, parseFileUri, rootOf, toFileUri } from '../../../../src/core/fs/file-path.js'
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

  const remote: readonly (readonly [text: string, path: string])[] = [
    ['HDFS://host:9000/a/b', 'hdfs://host:9000/a/b'],
    ['hdfs://host:9000//a/./b/../c/', 'hdfs://host:9000/a/c'],
    ['hdfs://host:9000/', 'hdfs://host:9000'],
    ['hdfs://host:9000', 'hdfs://host:9000'],
    ['hdfs:///a', 'hdfs:///a'],
    ['hdfs:/a', 'hdfs:///a'],
    ['hdfs:///', 'hdfs://'],
    ['s3://bucket/../a', 's3://bucket/a'],
    ['s3://bucket/a%20b c?x#y', 's3://bucket/a%20b c?x#y'],
  ]
  for (const [text, path] of remote) {
    it(`${text} is the path ${path}, and so is that`, () => {
      assert.equal(parseFileUri(text).path, path)
      assert.equal(parseFileUri(path).path, path)
      assert.equal(toFileUri(path), path)
    })
  }

  it('has a parent up to its root, in which names make paths', () => {
    const up = (path: string): string[] => (parentOf(path) === path ? [path] : [path, ...up(parentOf(path))])
    assert.deepEqual(up('hdfs://host:9000/a/b'), ['hdfs://host:9000/a/b', 'hdfs://host:9000/a', 'hdfs://host:9000'])
    assert.deepEqual(up('hdfs:///a'), ['hdfs:///a', 'hdfs://'])
    assert.deepEqual(up('/a/b'), ['/a/b', '/a', '/'])
    assert.deepEqual(['hdfs://h/a', 'hdfs:///a', '/a/b'].map(rootOf), ['hdfs://h', 'hdfs://', '/'])
    assert.equal(parseFileUri(`${rootOf('hdfs:///a/b')}/c`).path, 'hdfs:///c')
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
    assert.deepEqual(fileSystems.forUri('mem://a/b'), { fileSystem: other, path: 'mem://a/b' })
  })

  it('refuses a relative path of a scheme', () => {
    const fileSystems = new FileSystems().register('mem', new InMemoryFileSystem())
    assert.throws(() => fileSystems.forUri('mem:a'), { code: 'PATH_INVALID', message: /mem:\/\/<host>\/<path>/ })
  })

  it('makes what depends on options once, when it is first asked for, by the options that are given', () => {
    const made: string[] = []
    const base = new FileSystems().registerFactory('mem', (options) => {
      made.push(options instanceof Configuration ? (options.getString('mem.size') ?? 'none') : 'none')
      return new InMemoryFileSystem()
    })
    const configured = base.configuredBy(new Configuration().setString('mem.size', '7'))
    assert.deepEqual(made, [])
    const { fileSystem } = configured.forUri('mem://a')
    assert.equal(configured.forUri('mem://b').fileSystem, fileSystem)
    assert.notEqual(base.forUri('mem://a').fileSystem, fileSystem)
    assert.deepEqual(made, ['7', 'none'])
    const other = base.configuredBy(new Configuration().setString('mem.size', '8'))
    assert.notEqual(other.forUri('mem://a').fileSystem, base.forUri('mem://a').fileSystem)
    assert.deepEqual(made, ['7', 'none', '8'])
  })

  it('changes the file systems that are in use, and those that are made later', () => {
    const base = new FileSystems().registerFactory('mem', () => new InMemoryFileSystem())
    const seen: unknown[] = []
    const changed = base.changed((inner) => {
      seen.push(inner)
      return new InMemoryFileSystem()
    })
    assert.notEqual(changed.forUri('mem://a').fileSystem, base.forUri('mem://a').fileSystem)
    assert.deepEqual(seen, [base.forUri('mem://a').fileSystem])
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
