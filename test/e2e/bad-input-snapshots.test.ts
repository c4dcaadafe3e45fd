/** Snapshots that a run cannot start from: not there, none at all, damaged, of another program, of another size. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { CommandResult } from './command-line.js'
import { expectedLines, NumbersWorkspace, printedLines, savepointOf } from './numbers-job.js'
import { assertArgumentRefused, assertFailed } from './refusals.js'

/** State goes into files of its own, so that they can be damaged apart from the metadata. */
const workspace = new NumbersWorkspace({ 'execution.checkpointing.data-inline-threshold': '0' })
let savepoint = ''
let counted = 0

before(async () => {
  const { job, jobId } = await workspace.running(10)
  const stop = await workspace.run('stop', '-p', path.join(workspace.path, 'savepoints'), jobId)
  assert.equal(stop.exitCode, 0, stop.stderr)
  savepoint = savepointOf(stop).replace('file:', '')
  counted = printedLines((await job.ended).stdout).length
  const stateFiles = readdirSync(savepoint).filter((name) => name !== '_metadata')
  assert.equal(stateFiles.length, 2, 'one file a stateful task')
})

after(() => {
  workspace.remove()
})

/** A copy of the savepoint for a test to damage. */
function copy(name: string): { readonly directory: string; readonly metadata: string; readonly state: string } {
  const directory = path.join(workspace.path, name)
  cpSync(savepoint, directory, { recursive: true })
  const [state = ''] = readdirSync(directory).filter((file) => file !== '_metadata')
  return { directory, metadata: path.join(directory, '_metadata'), state: path.join(directory, state) }
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file)
  assert.ok(at < bytes.length, `${file} has no byte ${String(at)}`)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

/** With the limit a job that is accepted although it must not be ends by itself. */
function restore(
  snapshot: string,
  options: readonly string[] = [],
  args: readonly string[] = [],
): Promise<CommandResult> {
  return workspace.run('run', ...options, '-s', snapshot, workspace.job, '--limit', String(counted + 1), ...args)
}

/** Refused at submission, attached and detached: no job is reported, nothing is printed. */
async function assertRefused(snapshot: string, args: readonly string[], ...said: (string | RegExp)[]): Promise<void> {
  for (const options of [[], ['-d']]) {
    const result = await restore(snapshot, options, args)
    assertFailed(result, said)
    assert.equal(result.stdout, '')
  }
}

describe('run -s of what is no snapshot', { concurrency: 2 }, () => {
  it('is refused when nothing is there, with the whole path', async () => {
    const where = path.join(workspace.path, 'nowhere/savepoint')
    const message = `Cannot find checkpoint or savepoint file/directory '${where}' on file system 'file'`
    await assertRefused('nowhere/savepoint', [], 'SNAPSHOT_NOT_FOUND', message)
  })

  it('is refused when the directory holds no metadata', async () => {
    const where = path.join(workspace.path, 'empty')
    mkdirSync(where)
    await assertRefused(where, [], `Cannot find meta data file '_metadata' in directory '${where}'`)
  })

  it('is refused when it is another file', async () => {
    await assertRefused(workspace.job, [], `Unexpected magic number.`, `(1) ${workspace.job} is not a checkpoint`)
  })

  it('is refused when its metadata are Apache Flink’s or empty', async () => {
    const theirs = workspace.file('theirs/_metadata', Buffer.from('4960672d00000004', 'hex').toString('latin1'))
    await assertRefused(path.dirname(theirs), [], 'Unexpected magic number.', theirs, 'written by Apache Flink')
    const empty = workspace.file('nothing/_metadata', '')
    await assertRefused(path.dirname(empty), [], 'Unexpected magic number.', empty)
  })

  it('is refused when it is in a file system that there is not, with what to do', async () => {
    const advice = 'or mount the storage as a local directory.'
    await assertRefused('gs://bucket/sp', [], /implementation for scheme 'gs'/, advice)
  })

  it('is refused without its path', async () => {
    assertArgumentRefused(await workspace.run('run', '-s'), 'Missing argument for option: s')
  })
})

describe('run -s of a damaged snapshot', { concurrency: 2 }, () => {
  it('names the metadata file where one byte of it changed, wherever', async () => {
    const length = readFileSync(path.join(savepoint, '_metadata')).length
    for (const at of [12, 40, Math.floor(length / 2), length - 1]) {
      const { directory, metadata } = copy(`flipped-${String(at)}`)
      flipByte(metadata, at)
      const result = await restore(directory)
      const said = assertFailed(result, [
        `The snapshot file ${metadata} is damaged at`,
        'Restore from another checkpoint',
      ])
      assert.doesNotMatch(said, /ReasonError/, 'names of the engine’s inside are not shown')
    }
  })

  it('names the metadata file that was cut off', async () => {
    const { directory, metadata } = copy('cut')
    truncateSync(metadata, 60)
    await assertRefused(directory, [], `The snapshot file ${metadata} is damaged at`, 'the file is cut off')
  })

  it('names the state file in which one byte changed, before the job is accepted', async () => {
    const { directory, state } = copy('flipped-state')
    flipByte(state, 0)
    const said = [`The snapshot file ${state} is damaged at bytes 0 to`, 'its checksum does not match']
    await assertRefused(directory, [], ...said)
  })

  it('names the state file that was cut off or is missing before the job is accepted', async () => {
    const cut = copy('cut-state')
    truncateSync(cut.state, 1)
    await assertRefused(cut.directory, [], `The snapshot file ${cut.state} is damaged`, 'it is cut off after 1 bytes')
    const missing = copy('missing-state')
    rmSync(missing.state)
    await assertRefused(missing.directory, [], `The snapshot file ${missing.state} is damaged`, 'it is missing')
  })
})

describe('a snapshot of another program', { concurrency: 2 }, () => {
  it('is refused with the operators named and how to allow it', async () => {
    const message =
      /Cannot map checkpoint\/savepoint state for operator [0-9a-f]{32} \(uid "count"\) to the new program/
    const others = ['--allowNonRestoredState option on the CLI', "looks like it, and is new: set .uid('count') there."]
    await assertRefused(savepoint, ['--uid', 'other'], message, ...others)
  })

  for (const option of ['-n', '--allowNonRestoredState']) {
    it(`is accepted with ${option}: what still has an operator is restored`, async () => {
      const limit = String(counted + 2)
      const result = await workspace.run('run', '-s', savepoint, option, workspace.job, '--uid', 'o', '--limit', limit)
      assert.equal(result.exitCode, 0, result.stderr)
      assert.match(result.stderr, /This state is left out.*\n {2}uid "count" \(.*\): .*, \d+ B/)
      const expected = [counted, counted + 1].map((number) => `${String(number)} is number 1`)
      assert.deepEqual(printedLines(result.stdout), expected, 'the source goes on, the counts begin again')
    })
  }
})

describe('a snapshot whose max parallelism does not fit', { concurrency: 2 }, () => {
  it('is refused when the program declares another, with the value that fits', async () => {
    const message = 'Cannot map operator Count by key with max parallelism 128 to new program with max parallelism 64.'
    await assertRefused(savepoint, ['--max-parallelism', '64'], message, 'savepoint rescale')
  })

  it('is refused when the program is to run with more subtasks than it has key groups', async () => {
    const result = await restore(savepoint, ['-p', '129'])
    const message =
      'The maximum parallelism (128) of the restored state is lower than the configured parallelism (129).'
    assertFailed(result, ['The state for Count by key', savepoint, message, 'Please reduce the parallelism'])
  })

  it('is taken when the program declares the same', async () => {
    const limit = counted + 2
    const args = ['--max-parallelism', '128', '--limit', String(limit)]
    const result = await workspace.run('run', '-s', savepoint, workspace.job, ...args)
    assert.equal(result.exitCode, 0, result.stderr)
    assert.deepEqual(printedLines(result.stdout), expectedLines(counted, limit))
  })
})

describe('savepoint --dispose', () => {
  it('removes a savepoint, and says that it is not there the second time', async () => {
    const { directory } = copy('disposed')
    const steps = `Disposing savepoint '${directory}'.\nWaiting for response...\n`
    const first = await workspace.run('savepoint', '-d', directory)
    assert.deepEqual(first, { exitCode: 0, stdout: `${steps}Savepoint '${directory}' disposed.\n`, stderr: '' })
    assert.equal(readdirSync(workspace.path).includes('disposed'), false)
    const second = await workspace.run('savepoint', '--dispose', directory)
    assert.equal(second.stdout, steps)
    const reason = `Cannot find checkpoint or savepoint file/directory '${directory}'`
    assertFailed(second, [`Failed to dispose the savepoint '${directory}'.`, reason])
  })

  it('removes one that has lost a state file', async () => {
    const { directory, state } = copy('incomplete')
    rmSync(state)
    const { exitCode, stderr } = await workspace.run('savepoint', '-d', directory)
    assert.equal(exitCode, 0, stderr)
    assert.equal(readdirSync(workspace.path).includes('incomplete'), false)
  })

  it('touches nothing that is no savepoint', async () => {
    const file = workspace.file('precious/_metadata', 'the notes of somebody')
    const result = await workspace.run('savepoint', '-d', path.dirname(file))
    assertFailed(result, [`Failed to dispose the savepoint '${path.dirname(file)}'.`, 'Unexpected magic number.'])
    assert.equal(readFileSync(file, 'utf8'), 'the notes of somebody')
  })
})
