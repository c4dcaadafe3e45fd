/** The snippets of the course notes print what the notes say. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'

const EXPECTED: readonly (readonly [job: string, lines: readonly string[]])[] = [
  ['count-window-average', ['(1,4)', '(1,5)']],
  ['my-function', ['(a,1,1)', '(b,1,2)', '(a,2,3)', '(c,1,4)', '(a,3,5)', '(b,2,6)']],
  ['stateful-source', ['0 is record 1', '1 is record 2', '2 is record 3']],
  ['larger-than-before', ['(0,3)', '(2,4)', '(4,5)', '(5,9)']],
]

describe('the example jobs', () => {
  for (const [job, lines] of EXPECTED) {
    it(`${job} prints its documented output`, async () => {
      const workspace = new Workspace()
      const result = await workspace.run('run', path.join(REPOSITORY, `dist/jobs/${job}.js`))
      assert.equal(result.exitCode, 0, result.stderr)
      const [submitted = '', ...printed] = result.stdout.split('\n')
      assert.match(submitted, /^Job has been submitted with JobID [0-9a-f]{32}$/)
      assert.deepEqual(printed.slice(0, lines.length), lines)
      assert.equal(printed[lines.length], 'Program execution finished')
      workspace.remove()
    })
  }

  it('word-count counts the words of the log', async () => {
    const workspace = new Workspace()
    const result = await workspace.run('run', '-p', '2', path.join(REPOSITORY, 'dist/jobs/word-count.js'), '--top', '1')
    assert.equal(result.exitCode, 0, result.stderr)
    assert.match(result.stdout, /^\(2026-01-01t00,4000\)$/m)
    workspace.remove()
  })

  it('info prints the plan and runs nothing', async () => {
    const workspace = new Workspace()
    const result = await workspace.run('info', path.join(REPOSITORY, 'dist/jobs/word-count.js'))
    assert.equal(result.exitCode, 0, result.stderr)
    const [rule = '', ...rest] = result.stdout.split('\n')
    assert.equal(rule, '----------------------- Execution Plan -----------------------')
    const plan = JSON.parse(
      rest
        .slice(
          0,
          rest.findIndex((line) => line.startsWith('---')),
        )
        .join('\n'),
    ) as {
      nodes: { type: string }[]
    }
    assert.equal(plan.nodes[0]?.type, 'Source: Text File Source')
    workspace.remove()
  })
})
