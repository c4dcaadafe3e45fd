import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Workspace } from './command-line.js'

const LINES = [
  'export default (env) => {',
  "  env.fromElements(1).map(() => { throw new Error('planned failure') }).print()",
  '}',
]
/** Line by line from `job.ts`. */
const MAP = { version: 3, sources: ['job.ts'], names: [], mappings: 'AAAA;AACA;AACA' }

it('an error of a compiled job shows the line of its source, without an option of node', async () => {
  const workspace = new Workspace()
  const map = Buffer.from(JSON.stringify(MAP)).toString('base64')
  const comment = `//# sourceMappingURL=data:application/json;base64,${map}\n`
  const { stderr, exitCode } = await workspace.run('run', workspace.file('job.mjs', `${LINES.join('\n')}\n${comment}`))
  assert.equal(exitCode, 1)
  assert.match(stderr, /planned failure\n\s+at .*job\.ts:2:/)
  workspace.remove()
})
