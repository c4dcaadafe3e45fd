/** The example jobs, killed in the middle of their records and restored with another parallelism, have the results of their pages. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY } from './command-line.js'
import { examplePages } from './example-pages.js'
import { RestoredRun } from './kill-and-restore.js'

const PROGRAM = path.join(REPOSITORY, 'dist/test/e2e/halved-jobs.js')
/** So many jobs read a second stream. */
const SECOND_STREAMS = 3

describe('after kill -9 in the middle and a restore from parallelism 2 to 3 the results are those of the page:', () => {
  const run = new RestoredRun()
  // Its source is not one that waits in the middle: that one is killed in discovering-source.test.ts.
  const pages = examplePages().filter(({ job }) => job !== 'mailboxes')
  const sources = pages.length + SECOND_STREAMS
  const directory = run.workspace.path

  before(async () => {
    await run.killInTheMiddle({
      job: [PROGRAM, '--directory', directory],
      isInTheMiddle: () => readdirSync(directory).filter((name) => name.startsWith('halfway-')).length === sources,
    })
    for (const { job, lines } of pages) assert.ok(resultsOf(job).length < lines.length, `${job} was in the middle`)
    run.workspace.file('go-on', '')
    const result = await run.restore()
    assert.equal(result.exitCode, 0, result.stderr)
  })
  after(() => {
    run.workspace.remove()
  })

  function resultsOf(job: string): string[] {
    const text = readFileSync(path.join(directory, `${job}.txt`), 'utf8')
    return text === '' ? [] : text.trimEnd().split('\n').sort()
  }

  for (const { job, lines } of pages) {
    it(job, () => {
      assert.deepEqual(resultsOf(job), lines)
    })
  }
})
