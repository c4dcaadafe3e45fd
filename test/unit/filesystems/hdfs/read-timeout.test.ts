import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { createHdfsFileSystem } from '../../../../src/filesystems/hdfs/create-hdfs-file-system.js'
import type { HdfsFileSystem } from '../../../../src/filesystems/hdfs/hdfs-file-system.js'
import { StubHdfs } from './stub-hdfs.js'

const stub = await StubHdfs.start()
const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-hadoop-'))
after(async () => {
  await stub.stop()
  rmSync(directory, { recursive: true, force: true })
})

function withTimeout(value: string): Promise<HdfsFileSystem> {
  const property = `<property><name>dfs.webhdfs.socket.read-timeout</name><value>${value}</value></property>`
  writeFileSync(path.join(directory, 'hdfs-site.xml'), `<configuration>${property}</configuration>`)
  const configuration = Configuration.fromMap({ 'fs.hdfs.webhdfs.address': stub.address })
  const pace = { clock: stub.clock, random: new SeededRandom(1) }
  return createHdfsFileSystem(configuration, { HADOOP_CONF_DIR: directory }, pace)
}

test('a server that is silent for as long as hdfs-site.xml says is asked again', async () => {
  const fileSystem = await withTimeout('100ms')
  stub.faults.push(['MKDIRS', { kind: 'silent' }])
  await fileSystem.mkdirs('hdfs://namenode:9000/a')
  assert.deepEqual(stub.ops().slice(-2), ['MKDIRS', 'MKDIRS'])
})

test('a time that is none is told with its file', async () => {
  await assert.rejects(withTimeout('soon'), (error) => {
    assert.ok(FlinkError.is(error, 'CONFIG_VALUE_INVALID'))
    assert.match(error.message, /'soon' for key 'dfs\.webhdfs\.socket\.read-timeout'.*hdfs-site\.xml/)
    return true
  })
})
