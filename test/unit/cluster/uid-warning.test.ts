import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UidWarning } from '../../../src/cluster/uid-warning.js'
import { Configuration } from '../../../src/core/config/configuration.js'

function toldAtStart(settings: Readonly<Record<string, string>>, operators: readonly string[] = ['count']): string[] {
  const told: string[] = []
  new UidWarning(operators, (text) => told.push(text)).jobStarts(Configuration.fromMap(settings))
  return told
}

describe('Operators with state and without a uid', () => {
  for (const key of ['execution.checkpointing.interval', 'state.savepoints.dir', 'execution.savepoint.path']) {
    it(`are told at the start of a job with ${key}`, () => {
      assert.equal(toldAtStart({ [key]: '1 s' }).length, 1)
    })
  }

  it('are told once, in one line, when the first savepoint of another job is taken', () => {
    const told: string[] = []
    const warning = new UidWarning(['a', 'b', 'c', 'd', 'e', 'f'], (text) => told.push(text))
    warning.jobStarts(new Configuration())
    assert.deepEqual(told, [])
    warning.snapshotTaken()
    warning.snapshotTaken()
    assert.deepEqual(told, [
      'These operators hold state and have no uid: "a", "b", "c", "d" and 2 more. A changed program may not find it again: ' +
        "give each a uid('...').",
    ])
  })

  it('are not told where there are none', () => {
    assert.deepEqual(toldAtStart({ 'execution.checkpointing.interval': '1 s' }, []), [])
  })
})
