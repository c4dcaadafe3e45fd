/** The workflow of the course notes, from two terminals: socket word count, list, savepoint, cancel, restore, kill -9. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, Workspace, type RunningCommand } from './command-line.js'
import { TextServer } from './text-server.js'

const JOB = path.join(REPOSITORY, 'dist/jobs/socket-word-count.js')

describe('the documented workflow', () => {
  const server = new TextServer()
  let workspace: Workspace
  const running: RunningCommand[] = []

  before(async () => {
    await server.listen()
  })

  after(async () => {
    for (const command of running) command.kill('SIGKILL')
    await server.close()
  })

  function run(...options: string[]): RunningCommand {
    const address = ['--hostname', '127.0.0.1', '--port', String(server.port)]
    const command = workspace.start('run', ...options, '-c', 'SocketWordCount', JOB, ...address)
    running.push(command)
    return command
  }

  it('runs, lists, takes a savepoint, cancels with one, and goes on from it', async () => {
    workspace = new Workspace()
    const savepoints = path.join(workspace.path, 'savepoints')
    const first = run()
    const jobId = await first.jobId()
    await server.send('to be or not to be\n')
    await first.until(/\(be,2\)/)

    const list = await workspace.run('list')
    assert.match(list.stdout, new RegExp(`: ${jobId} : .* \\(RUNNING\\)`))

    const savepoint = await workspace.run('savepoint', jobId, savepoints)
    assert.equal(savepoint.exitCode, 0, savepoint.stderr)
    assert.match(savepoint.stdout, /Savepoint completed\. Path: file:.*savepoint-[0-9a-f]{6}-[0-9a-f]{12}\n/)

    await server.send('to do\n')
    await first.until(/\(to,3\)/)
    const cancel = await workspace.run('cancel', '-s', savepoints, jobId)
    assert.equal(cancel.exitCode, 0, cancel.stderr)
    const [, location = ''] = /Savepoint stored in (file:\S+)\.\n/.exec(cancel.stdout) ?? []
    assert.notEqual(location, '', cancel.stdout)
    assert.equal((await first.ended).exitCode, 1, 'an attached run of a cancelled job ends with 1')

    const all = await workspace.run('list', '-a')
    assert.match(all.stdout, new RegExp(`: ${jobId} : .* \\(CANCELED\\)`))

    const second = run('-s', location)
    const secondId = await second.jobId()
    await server.send('to be\n')
    await second.until(/\(to,4\)/)
    await second.until(/\(be,3\)/)
    assert.equal((await workspace.run('cancel', secondId)).exitCode, 0)
    await second.ended
    workspace.remove()
  })

  it('counts right after kill -9 from a retained checkpoint', async () => {
    workspace = new Workspace({
      'state.checkpoints.dir': 'checkpoints-of-test',
      'execution.checkpointing.interval': '100 ms',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    })
    const first = run()
    const jobId = await first.jobId()
    await server.send('one two two\n')
    await first.until(/\(two,2\)/)
    const directory = path.join(workspace.path, 'checkpoints-of-test', jobId)
    const newest = await newestCheckpointAfter(directory, 2)
    first.kill('SIGKILL')
    await first.ended

    const list = await workspace.run('list', '-a')
    assert.match(list.stdout, new RegExp(`: ${jobId} : .* \\(FAILED\\)`), 'the dead job is cleaned up')

    const second = run('-s', path.join(directory, `chk-${String(newest)}`, '_metadata'))
    const secondId = await second.jobId()
    await server.send('two three\n')
    await second.until(/\(two,3\)/)
    await second.until(/\(three,1\)/)
    await workspace.run('cancel', secondId)
    await second.ended
    workspace.remove()
  })
})

/** Waits until `count` more checkpoints have completed, so that what was counted before is in the newest. */
async function newestCheckpointAfter(directory: string, count: number): Promise<number> {
  const newest = (): number => {
    try {
      const numbers = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
      return Math.max(0, ...numbers)
    } catch {
      return 0
    }
  }
  const first = newest()
  for (let waited = 0; waited < 300; waited += 1) {
    if (newest() > first + count) {
      const complete = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
      for (const number of complete.sort((left, right) => right - left)) {
        if (readdirSync(path.join(directory, `chk-${String(number)}`)).includes('_metadata')) return number
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no checkpoint came in ${directory}`)
}
