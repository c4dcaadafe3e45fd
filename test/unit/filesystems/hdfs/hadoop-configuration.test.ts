import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { HadoopConfiguration } from '../../../../src/filesystems/hdfs/hadoop-configuration.js'

const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-hadoop-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

const property = (name: string, value: string): string =>
  `<property><name>${name}</name><value>${value}</value></property>`

test('the two files are read, with what one value says of another', async () => {
  const core = `<?xml version="1.0"?><!-- ours --><configuration>${property('host', 'namenode')}
    ${property('fs.defaultFS', 'hdfs://${host}:9000')}</configuration>`
  writeFileSync(path.join(directory, 'core-site.xml'), core)
  const site = `<configuration>
    <property><value> a, b </value><final>true</final><name>dfs.nameservices</name></property>
    ${property('loop', '${loop}')}${property('hole', '${nobody}')}${property('empty', '')}</configuration>`
  writeFileSync(path.join(directory, 'hdfs-site.xml'), site)
  const hadoop = await HadoopConfiguration.read(directory)
  assert.equal(hadoop.get('fs.defaultFS'), 'hdfs://namenode:9000')
  assert.deepEqual(hadoop.list('dfs.nameservices'), ['a', 'b'])
  assert.equal(hadoop.find('dfs.nameservices')?.file, path.join(directory, 'hdfs-site.xml'))
  assert.equal(hadoop.get('hole'), '${nobody}')
  assert.equal(hadoop.get('loop'), '${loop}')
  assert.deepEqual([hadoop.get('empty'), hadoop.get('missing')], [undefined, undefined])
})

test('a file that is no XML is named, and files that are not there say nothing', async () => {
  const file = path.join(directory, 'hdfs-site.xml')
  writeFileSync(file, '<configuration><property>')
  const isNamed = (error: unknown): boolean =>
    FlinkError.is(error, 'FILE_ACCESS_REFUSED') && error.message.includes(file)
  await assert.rejects(HadoopConfiguration.read(directory), isNamed)
  assert.equal((await HadoopConfiguration.read(path.join(directory, 'none'))).get('fs.defaultFS'), undefined)
})

test('for messages it says where was looked, and that nothing was there', async () => {
  const none = path.join(directory, 'none')
  const missing = await HadoopConfiguration.read(none)
  assert.equal(missing.place, `${none} (which has neither core-site.xml nor hdfs-site.xml)`)
  writeFileSync(path.join(directory, 'core-site.xml'), '<configuration/>')
  rmSync(path.join(directory, 'hdfs-site.xml'), { force: true })
  assert.equal((await HadoopConfiguration.read(directory)).place, `core-site.xml in ${directory}`)
})
