import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkCachedFiles } from '../../../../src/cluster/cached-files-check.js'
import { addCachedFile, cachedFilesOf } from '../../../../src/core/config/cached-files.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { ConfiguredCache } from '../../../../src/runtime/taskmanager/operators/configured-cache.js'
import { TestOperatorContext } from '../../../operators/test-operator-context.js'

const configured = (text: string): Configuration => Configuration.fromMap({ 'pipeline.cached-files': text })

describe('cached files', () => {
  it('are read as Flink writes them, and added to', () => {
    const configuration = configured('name:file1,path:`file:///tmp/file1`;name:file2,path:/tmp/a b,executable:true')
    addCachedFile(configuration, { name: 'file1', path: '/other' })
    assert.deepEqual(cachedFilesOf(configuration), [
      { name: 'file2', path: '/tmp/a b' },
      { name: 'file1', path: '/other' },
    ])
  })

  it('that cannot be written down are refused', () => {
    for (const [name, path] of [
      ['a,b', '/x'],
      ['a', '/x;y'],
    ] as const) {
      assert.throws(
        () => {
          addCachedFile(new Configuration(), { name, path })
        },
        (error: unknown) => FlinkError.is(error, 'CACHED_FILES_INVALID'),
      )
    }
    assert.throws(
      () => cachedFilesOf(configured('/tmp/file1')),
      (error: unknown) => FlinkError.is(error, 'CACHED_FILES_INVALID'),
    )
  })

  it('have to be there when the job is submitted: files and directories', async () => {
    const disk = new InMemoryFileSystem()
    await disk.mkdirs('/data/sub')
    const fileSystems = new FileSystems().register('file', disk)
    await checkCachedFiles(configured('name:d,path:/data'), fileSystems)
    await assert.rejects(
      checkCachedFiles(configured('name:d,path:/data;name:x,path:file:///data/x'), fileSystems),
      (error: unknown) => FlinkError.is(error, 'CACHED_FILE_NOT_FOUND') && error.message.includes("'/data/x'"),
    )
  })

  it('are found by name, and a name that nobody registered says which there are', () => {
    const context = new TestOperatorContext()
    addCachedFile(context.configuration, { name: 'countries', path: 'file:///data/countries.json' })
    context.fileSystems.register('file', new InMemoryFileSystem())
    const cache = new ConfiguredCache(context)
    assert.equal(cache.getFile('countries'), '/data/countries.json')
    assert.throws(
      () => cache.getFile('country'),
      (error: unknown) =>
        FlinkError.is(error, 'CACHED_FILE_UNKNOWN') && /registered are 'countries'/.test(error.message),
    )
  })
})
