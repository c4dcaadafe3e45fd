/** The documents' workflow with their storage: the same for HDFS and S3. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, Workspace, type RunningCommand } from '../e2e/command-line.js'
import { TextServer } from '../e2e/text-server.js'
import {
  checkpointsOf,
  eventually,
  newestAfter,
  succeeded,
  WAIT_MS,
  type MakePlace,
  type PlaceElsewhere,
} from './place-elsewhere.js'

const JOB = path.join(REPOSITORY, 'dist/jobs/socket-word-count.js')

/** `state.backend: filesystem`, `num-retained: 20`, the directory listed, kill, `run -s .../chk-N/_metadata`, savepoints. */
export function documentedWorkflow(name: string, makePlace: MakePlace): void {
  describe(`The documented workflow on ${name}`, () => {
    const server = new TextServer()
    const running: RunningCommand[] = []
    let place: PlaceElsewhere
    let workspace: Workspace

    before(async () => {
      await server.listen()
      place = await makePlace()
      const { configuration, directory } = place
      workspace = new Workspace({
        ...configuration,
        'state.backend': 'filesystem',
        'state.checkpoints.dir': `${directory}/flink/checkpoints`,
        'state.savepoints.dir': `${directory}/flink/savepoints`,
        'state.checkpoints.num-retained': '20',
        'execution.checkpointing.interval': '300 ms',
        'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      })
    })
    after(async () => {
      for (const command of running) command.kill('SIGKILL')
      await server.close()
      workspace.remove()
    })

    function run(...options: string[]): RunningCommand {
      const address = ['--hostname', '127.0.0.1', '--port', String(server.port)]
      const command = workspace.start('run', ...options, '-c', 'SocketWordCount', JOB, ...address)
      running.push(command)
      return command
    }

    it('goes on from any checkpoint there after kill -9, and from savepoints', async () => {
      const first = run()
      await first.until(/submitted with JobID/, WAIT_MS)
      const checkpoints = `${place.directory}/flink/checkpoints/${await first.jobId()}`
      await server.send('to be or not to be\n')
      await first.until(/\(be,2\)/, WAIT_MS)
      const middle = await newestAfter(place, checkpoints, 3)
      await newestAfter(place, checkpoints, 3)
      first.kill('SIGKILL')
      await first.ended
      assert.ok((await checkpointsOf(place, checkpoints)).length >= 6, 'as many as are to be kept')
      assert.match(middle, /\/flink\/checkpoints\/[0-9a-f]{32}\/chk-\d+$/)
      const address = ['--hostname', '127.0.0.1', '--port', String(server.port)]
      const checked = await workspace.run('check', '-c', 'SocketWordCount', JOB, ...address, '--against', middle)
      assert.match(succeeded(checked), /count-id/)
      assert.match(succeeded(await workspace.run('state', 'ls', middle)), /count-id/)
      assert.match(succeeded(await workspace.run('state', 'export', middle)), /"be"/)

      const second = run('-s', `${middle}/_metadata`)
      await second.until(/submitted with JobID/, WAIT_MS)
      await server.send('to do\n')
      await second.until(/\(to,3\)/, WAIT_MS)
      const secondId = await second.jobId()
      const saved = succeeded(await workspace.run('savepoint', secondId, `${place.directory}/elsewhere`))
      const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)\n/.exec(saved) ?? []
      assert.ok(savepoint.startsWith(`${place.directory}/elsewhere/savepoint-${secondId.slice(0, 6)}-`), saved)
      const cancelled = succeeded(await workspace.run('cancel', '-s', secondId))
      const [, last = ''] = /Savepoint stored in (\S+)\.\n/.exec(cancelled) ?? []
      assert.ok(last.startsWith(`${place.directory}/flink/savepoints/`), cancelled)
      await second.ended

      const third = run('-s', last)
      await third.until(/submitted with JobID/, WAIT_MS)
      await server.send('to be\n')
      await third.until(/\(to,4\)/, WAIT_MS)
      succeeded(await workspace.run('cancel', await third.jobId()))
      await third.ended
      succeeded(await workspace.run('savepoint', '-d', savepoint))
      await eventually('the end of the savepoint', async () =>
        (await place.fileSystem.status(`${savepoint}/_metadata`)) === undefined ? true : undefined,
      )
    })
  })
}
