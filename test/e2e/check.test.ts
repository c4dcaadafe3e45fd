/** A changed program against a snapshot, as a user checks it before he deploys; and what a start from it says. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { CheckReport } from '../../src/cli/output/check-report.js'
import { REPOSITORY, Workspace } from './command-line.js'

const FIXTURES = path.join(REPOSITORY, 'test/fixtures/snapshots')
const workspace = new Workspace()

before(() => {
  cpSync(path.join(FIXTURES, 'v6'), path.join(workspace.path, 'v6'), { recursive: true })
  const job = readFileSync(path.join(FIXTURES, 'job.mjs'), 'utf8')
  workspace.file('job.mjs', job)
  const changed = job
    .replace("new ValueStateDescriptor('count', Types.LONG, 0)", "new ValueStateDescriptor('count', Types.STRING, '')")
    .replace("new ReducingStateDescriptor('greatest'", "new ReducingStateDescriptor('largest'")
    .replace("'by tuple'", "'by pair'")
  assert.notEqual(changed, job)
  workspace.file('changed.mjs', changed)
})

after(() => {
  workspace.remove()
})

describe('flink-ts check', () => {
  it('ends with 0 for the program that wrote the snapshot, be that a savepoint or the newest below a directory', async () => {
    for (const snapshot of ['v6/savepoint', 'v6/checkpoint']) {
      const { exitCode, stdout, stderr } = await workspace.run('check', '-p', '2', 'job.mjs', '--against', snapshot)
      assert.equal(exitCode, 0, stderr)
      assert.match(stdout, /^Job .* against (savepoint|checkpoint) \S+v6\/(savepoint|checkpoint)/)
      assert.match(stdout, /\nmatched: KeyedProcess \(uid "by tuple", id \w{32}\), /)
      assert.match(stdout, /\n\d+ matched\. The program goes on from this (savepoint|checkpoint)\.\n$/)
    }
  })

  it('says of a changed program what does not fit, as a start from the snapshot does, and ends with 1', async () => {
    const checked = await workspace.run('check', 'changed.mjs', '--against', 'v6/savepoint', '--json', '-n')
    assert.equal(checked.exitCode, 1, checked.stderr)
    const { fits, counts, operators } = JSON.parse(checked.stdout) as CheckReport
    assert.deepEqual([fits, counts.incompatible, counts.renamed], [false, 3, 4])
    const lost = operators.find(({ verdict }) => verdict === 'renamed')
    assert.deepEqual(
      [lost?.uid, lost?.advice],
      ['by tuple', `uid "by pair" (KeyedProcess) looks like it, and is new: set .uid('by tuple') there.`],
    )
    const byNumber = operators.find(({ uid }) => uid === 'by number')
    const reasonOf = (name: string): string => byNumber?.states.find((state) => state.name === name)?.reason ?? ''
    assert.match(reasonOf('count'), /written as LONG and is declared as STRING/)

    const refused = await workspace.run('run', '-s', 'v6/savepoint', 'changed.mjs')
    assert.equal(refused.exitCode, 1)
    assert.ok(refused.stderr.includes(lost?.advice ?? '?'), refused.stderr)
    const started = await workspace.run('run', '-n', '-s', 'v6/savepoint', 'changed.mjs')
    assert.equal(started.exitCode, 1)
    assert.ok(started.stderr.includes(reasonOf('count').split('\n')[0] ?? '?'), started.stderr)
  })

  it('says of a function that ends the process when it was called', async () => {
    const job = readFileSync(path.join(FIXTURES, 'job.mjs'), 'utf8')
    const exits = job.replace(/^ *open ?\([^)]*\).*\{/m, '$& process.exit(3);')
    assert.notEqual(exits, job)
    workspace.file('exits.mjs', exits)
    const { exitCode, stderr } = await workspace.run('check', 'exits.mjs', '--against', 'v6/savepoint')
    assert.equal(exitCode, 1)
    assert.match(stderr, /exit code 3 when its functions were opened; --closed opens none/)
  })

  it('ends with 1 and the cause where a function throws when it is opened, and with 0 where none is called', async () => {
    const job = readFileSync(path.join(FIXTURES, 'job.mjs'), 'utf8')
    const throws = job.replace(/^ *open ?\([^)]*\).*\{/m, "$& throw new Error('no database here');")
    assert.notEqual(throws, job)
    workspace.file('throws.mjs', throws)
    const { exitCode, stdout } = await workspace.run('check', 'throws.mjs', '--against', 'v6/savepoint', '-n')
    assert.equal(exitCode, 1)
    assert.match(
      stdout,
      /\nfailed: .*\n {2}KeyedProcess \(subtask 1 of 1\) failed: Error: no database here \(at \S*open .*throws\.mjs:\d+:\d+\)\n {2}unknown .*\n {2}unknown /,
    )
    const closed = await workspace.run('check', '--closed', 'throws.mjs', '--against', 'v6/savepoint')
    assert.equal(closed.exitCode, 0, closed.stdout)
    assert.match(closed.stdout, /What is unknown was not checked: it is known when the job runs\.\n$/)
  })

  it('tells what it is not given, or cannot read, as other commands do', async () => {
    const without = await workspace.run('check', 'job.mjs')
    assert.equal(without.exitCode, 1)
    assert.match(without.stdout + without.stderr, /Missing --against\./)
    const missing = await workspace.run('check', 'job.mjs', '--against', 'nowhere')
    assert.equal(missing.exitCode, 1)
    assert.match(missing.stderr, /\[SNAPSHOT_NOT_FOUND\]/)
    const uids = ['-D', 'pipeline.auto-generate-uids=false', '--against', 'v6/savepoint']
    const unnamed = await workspace.run('check', ...uids, 'job.mjs')
    assert.equal(unnamed.exitCode, 1)
    assert.match(
      unnamed.stderr,
      /no UID or hash has been assigned to operator ("Sink: Print to Std. Out"(, |\. Give)){4}/,
    )
  })
})
