import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { relativeDirectories } from '../../../src/cluster/relative-directories.js'
import { Configuration } from '../../../src/core/config/configuration.js'

function notesOf(entries: readonly (readonly [key: string, value: string, where: string])[]): string[] {
  const configuration = new Configuration()
  for (const [key, value, where] of entries) configuration.setString(key, value, where)
  return relativeDirectories(configuration)
}

test('a relative directory of the program or the command line is told with what it is', () => {
  assert.deepEqual(
    notesOf([
      ['execution.checkpointing.dir', 'checkpoints', 'the program'],
      ['state.savepoints.dir', '../kept', '-Dstate.savepoints.dir=../kept'],
    ]),
    [
      `execution.checkpointing.dir (the program) is 'checkpoints', which is file:${path.resolve('checkpoints')} as this job was started. ` +
        'Write it in full: started from another directory the job would look elsewhere.',
      `state.savepoints.dir (-Dstate.savepoints.dir=../kept) is '../kept', which is file:${path.resolve('../kept')} as this job was started. ` +
        'Write it in full: started from another directory the job would look elsewhere.',
    ],
  )
})

test('nothing is told of paths in full, of what nobody set, and of files, which are told of when they are read', () => {
  assert.deepEqual(notesOf([]), [])
  for (const path of ['/checkpoints', 'file:///checkpoints', 'hdfs://namenode:9000/flink/checkpoints']) {
    assert.deepEqual(notesOf([['execution.checkpointing.dir', path, 'the program']]), [])
  }
  assert.deepEqual(notesOf([['state.checkpoints.dir', 'checkpoints', '/etc/flink/flink-conf.yaml:3']]), [])
})
