/** Snapshots looked into and changed on the command line, and what a job makes of the result. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'

const FIXTURES = path.join(REPOSITORY, 'test/fixtures/snapshots')

describe('A savepoint that was rescaled and into which entries were imported', () => {
  it('is what a job goes on from', async (t) => {
    const workspace = new Workspace({ 'taskmanager.numberOfTaskSlots': '4' })
    t.after(() => {
      workspace.remove()
    })
    cpSync(path.join(FIXTURES, 'v6/savepoint'), path.join(workspace.path, 'savepoint'), { recursive: true })
    workspace.file('job.mjs', readFileSync(path.join(FIXTURES, 'job.mjs'), 'utf8'))

    const rescaled = await workspace.run('savepoint', 'rescale', 'savepoint', '--max-parallelism', '1000', '-o', 'wide')
    assert.equal(rescaled.exitCode, 0, rescaled.stderr)
    assert.match(
      rescaled.stdout,
      /^174 entries assigned to 1000 key groups\.\nSavepoint completed\. Path: \S+\/wide\n$/,
    )

    const found = await workspace.run('state', 'get', 'wide', 'count', '1', '--operator', 'by number')
    assert.equal(found.stdout, '{"operator":"by number","state":"count","kind":"value","key":1,"value":13}\n')
    writeFileSync(path.join(workspace.path, 'changes.jsonl'), found.stdout.replace('"value":13', '"value":1013'))
    const imported = await workspace.run('state', 'import', 'wide', 'changes.jsonl', '-o', 'changed')
    assert.equal(imported.exitCode, 0, imported.stderr)
    assert.match(imported.stdout, /^0 added, 1 replaced, 0 deleted\.\nSavepoint completed\./)

    const inspected = await workspace.run('savepoint', 'inspect', 'changed')
    assert.match(inspected.stdout, /\(uid "by number", id [0-9a-f]{32}\)\n {2}parallelism 2, max parallelism 1000, /)

    // More subtasks than there were, with the key groups that the savepoint has now.
    const restored = await workspace.run('run', '-p', '3', '-s', 'changed', 'job.mjs')
    assert.equal(restored.exitCode, 0, restored.stderr)
    const records = restored.stdout.split('\n').filter((line) => line.includes(' | '))
    const sorted = records.map((line) => line.replace(/^\d+> /, '')).sort()
    const expected = readFileSync(path.join(FIXTURES, 'expected.txt'), 'utf8')
    const changed = expected.replaceAll(/^(number \| 1 \| \d+ \| )(\d+)/gm, (_, before, count) => {
      return `${String(before)}${String(Number(count) + 1000)}`
    })
    assert.notEqual(changed, expected)
    assert.deepEqual(sorted, changed.trimEnd().split('\n'))

    const again = await workspace.run('state', 'import', 'wide', 'changes.jsonl', '-o', 'changed')
    assert.equal(again.exitCode, 1)
    assert.match(again.stderr, /\[SNAPSHOT_TARGET_EXISTS\]/)
  })
})
