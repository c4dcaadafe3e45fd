/** The life of a state as the page of `known-devices.ts` walks through it: each command in a shell, and what it prints. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Workspace, type RunningCommand } from './command-line.js'
import { ShownCommands, shownBlocks, type ShownBlock } from './shown-commands.js'
import { TextServer } from './text-server.js'

const PAGE = 'jobs/pages/known-devices.md'

describe('the walk of known-devices', () => {
  const server = new TextServer()
  const workspace = new Workspace()
  let job: RunningCommand | undefined
  before(() => server.listen())
  after(async () => {
    job?.kill('SIGKILL')
    await server.close()
    workspace.remove()
  })

  it('goes as its page shows it', async () => {
    const port = `--port ${String(server.port)}`
    const shown = new ShownCommands(workspace, { '/tmp/': `${workspace.path}/`, '--port 9999': port })
    const blocks = shownBlocks(PAGE, 'Over the years')
    for (const [at, { language, text }] of blocks.entries()) {
      const expected = printedAfter(blocks, at)
      if (language === 'jsonl') {
        assert.ok(job !== undefined)
        const from = job.stdout.length
        await server.send(text)
        await job.until(new RegExp(`^[^]{${String(from)}}(.*: new .*\n){${String(linesOf(expected).length)}}`))
        assert.deepEqual(linesOf(job.stdout.slice(from)), linesOf(expected))
      } else if (/^node bin\/flink-ts\.js run /.test(text)) {
        await job?.ended
        job = shown.start(text)
        await job.jobId()
        shown.assertShown(job.stdout, expected)
      } else if (language === 'sh') {
        const { exitCode, stdout, stderr } = await shown.run(text)
        assert.equal(exitCode, 0, stderr)
        shown.assertShown(stdout + stderr, expected)
      }
    }
  })
})

function printedAfter(blocks: readonly ShownBlock[], at: number): string {
  const next = blocks[at + 1]
  return next?.language === '' ? next.text : ''
}

/** Of several users each may be told first. */
function linesOf(text: string): string[] {
  return text.trimEnd().split('\n').sort()
}
