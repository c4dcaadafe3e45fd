import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { defaultFileSystems } from '../../../src/filesystems/default-file-systems.js'

describe('the file systems of a process', () => {
  it('are there by their schemes, in any case of letters, of which those of S3 are stores of objects', () => {
    const fileSystems = defaultFileSystems()
    const isStore = (uri: string): boolean => fileSystems.forUri(uri).fileSystem.isObjectStore === true
    for (const scheme of ['hdfs', 'webhdfs', 'swebhdfs', 'HDFS']) assert.equal(isStore(`${scheme}://h/a`), false)
    for (const scheme of ['s3', 's3a', 's3p', 'S3']) assert.equal(isStore(`${scheme}://b/a`), true)
    assert.equal(isStore('/a'), false)
  })

  it('of S3 leave out of paths what stands for random characters, and refuse what Flink refuses there', () => {
    const pathOf = (key: string): string =>
      defaultFileSystems(Configuration.fromMap({ 's3.entropy.key': key })).forUri('s3a://bucket/_entropy_/a').path
    assert.equal(pathOf('_entropy_'), 's3a://bucket/a')
    assert.equal(pathOf('other'), 's3a://bucket/_entropy_/a')
    for (const key of ['a*', '~', '{x}', 'a"']) {
      assert.throws(() => pathOf(key), { code: 'CONFIG_VALUE_INVALID', message: /s3\.entropy\.key/ })
    }
  })

  it('are named where another scheme is asked for', () => {
    assert.throws(() => defaultFileSystems().forUri('gs://user:secret@bucket/a'), {
      code: 'FILE_SYSTEM_SCHEME_UNSUPPORTED',
      message:
        /^Could not find a file system implementation for scheme 'gs'.*asked for by 'gs:\/\/bucket\/a'. Use file:\/\/\/, hdfs:\/\/.*s3p:\/\/, or mount/,
    })
  })
})
