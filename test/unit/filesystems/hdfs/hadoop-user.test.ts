import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { delegationTokenIn } from '../../../../src/filesystems/hdfs/delegation-token.js'
import { hadoopUser } from '../../../../src/filesystems/hdfs/hadoop-user.js'

const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-token-'))
after(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** Hadoop's WritableUtils.writeVInt, for what is not negative. */
function varInt(value: number): Buffer {
  if (value < 128) return Buffer.from([value])
  const bytes = value < 256 ? [value] : [value >> 8, value & 255]
  return Buffer.from([(-112 - bytes.length) & 255, ...bytes])
}

const block = (bytes: string): Buffer => Buffer.concat([varInt(Buffer.byteLength(bytes)), Buffer.from(bytes)])

function token(kind: string, identifier: string): Buffer {
  return Buffer.concat([identifier, 'password', kind, '127.0.0.1:8020'].map(block))
}

function credentials(...tokens: readonly Buffer[]): Buffer {
  const parts = tokens.flatMap((one, index) => [block(`alias ${String(index)}`), one])
  return Buffer.concat([Buffer.from('HDTS\0', 'latin1'), varInt(tokens.length), ...parts, varInt(0)])
}

test('a token says who it is; else it is the user of Hadoop, or who has started the process', async () => {
  assert.deepEqual((await hadoopUser({ HADOOP_TOKEN: ' abc ', HADOOP_USER_NAME: 'me' })).parameters, {
    delegation: 'abc',
  })
  assert.deepEqual((await hadoopUser({ HADOOP_USER_NAME: 'me' })).parameters, { 'user.name': 'me' })
  assert.deepEqual((await hadoopUser({ HADOOP_USER_NAME: '' })).parameters, { 'user.name': userInfo().username })
  const proxied = await hadoopUser({ HADOOP_USER_NAME: 'me', HADOOP_PROXY_USER: 'she' })
  assert.deepEqual(proxied.parameters, { 'user.name': 'me', doas: 'she' })
})

test('of a file of tokens the one for HDFS is taken, as WebHDFS has it', async () => {
  const wanted = token('HDFS_DELEGATION_TOKEN', 'x'.repeat(300))
  const file = path.join(directory, 'tokens')
  writeFileSync(file, credentials(token('RM_DELEGATION_TOKEN', 'i'.repeat(200)), wanted))
  const { parameters } = await hadoopUser({ HADOOP_TOKEN_FILE_LOCATION: file })
  assert.deepEqual(parameters, { delegation: wanted.toString('base64url') })
  assert.equal(delegationTokenIn(credentials(token('RM_DELEGATION_TOKEN', 'i'))), undefined)
})

test('a file of tokens that is damaged or not there is named', async () => {
  const whole = credentials(token('HDFS_DELEGATION_TOKEN', 'id'))
  for (const [index, bytes] of [whole.subarray(0, 20), Buffer.from('HDTS\x01'), Buffer.from('text')].entries()) {
    const file = path.join(directory, String(index))
    writeFileSync(file, bytes)
    const isNamed = (error: unknown): boolean =>
      FlinkError.is(error, 'FILE_ACCESS_REFUSED') && error.message.includes(file)
    await assert.rejects(hadoopUser({ HADOOP_TOKEN_FILE_LOCATION: file }), isNamed)
  }
  await assert.rejects(hadoopUser({ HADOOP_TOKEN_FILE_LOCATION: path.join(directory, 'none') }), /ENOENT/)
})
