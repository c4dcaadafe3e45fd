/** A job is killed while all its records go round in a loop, and goes on with another parallelism. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { REPOSITORY } from './command-line.js'
import { RestoredRun } from './kill-and-restore.js'

const PROGRAM = path.join(REPOSITORY, 'dist/test/e2e/loop-job.js')

it('after kill -9 in the middle of a loop and a restore from parallelism 2 to 3 no record is lost, and none has gone round twice', async () => {
  const run = new RestoredRun()
  const directory = run.workspace.path
  const killed = await run.killInTheMiddle({
    job: [PROGRAM, '--directory', directory],
    isInTheMiddle: () => existsSync(path.join(directory, 'halfway')),
  })
  assert.doesNotMatch(killed.stdout, /walker/)
  run.workspace.file('go-on', '')
  const { exitCode, stdout, stderr } = await run.restore()
  assert.equal(exitCode, 0, stderr)
  const walkers = stdout.split('\n').flatMap((line) => /walker (.*)/.exec(line)?.[1] ?? [])
  const all = Array.from({ length: 500 }, (_, index) => String(index + 1))
  assert.deepEqual(walkers.sort(), all.sort())
  run.workspace.remove()
})
