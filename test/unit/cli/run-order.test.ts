import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runOrderOf } from '../../../src/cli/job/run-order.js'
import { Configuration } from '../../../src/core/config/configuration.js'

const FILE = '/conf/flink-conf.yaml:3'

function order(settings: readonly (readonly [key: string, value: string, origin: string])[], isLocal = false): object {
  const configuration = new Configuration()
  for (const [key, value, origin] of settings) configuration.setString(key, value, origin)
  const request = { jobFile: '/job.js', entry: 'Main', args: ['--a'], configuration: configuration.toEntries() }
  return runOrderOf(request, { jobId: 'id', session: { isLocal }, context: { workingDirectory: '/here' } })
}

describe('What a session is told of a run', () => {
  it('has the snapshot in fields of its own, and the other options of the job', () => {
    const told = order([
      ['execution.savepoint.path', '/sp', FILE],
      ['execution.state-recovery.ignore-unclaimed-state', 'true', '-n'],
      ['execution.state-recovery.claim-mode', 'CLAIM', '-cm'],
      ['parallelism.default', '2', '-p'],
      ['my.own', 'x', FILE],
    ])
    assert.deepEqual(told, {
      ...{ jobId: 'id', entryClass: 'Main', programArgsList: ['--a'] },
      ...{ savepointPath: '/sp', allowNonRestoredState: true, claimMode: 'CLAIM' },
      flinkConfiguration: { 'parallelism.default': '2', 'my.own': 'x' },
    })
  })

  it('has nothing of this machine, nor of the session and how it is reached', () => {
    const { flinkConfiguration } = order([
      ['rest.authentication.token-file', '/token', FILE],
      ['security.ssl.rest.keystore-password', 'secret', '-D'],
      ['cluster.run-directory', '/run', FILE],
      ['high-availability.storageDir', '/ha', '-D'],
      ['execution.target', 'remote', '-t'],
      ['taskmanager.numberOfTaskSlots', '9', '-D'],
      ['taskmanager.memory.task.heap.size', '1 gb', FILE],
      ['metrics.reporters', 'prom', FILE],
      ['taskmanager.memory.managed.size', '2 gb', '-Dtaskmanager.memory.managed.size=2 gb'],
    ]) as { flinkConfiguration: object }
    assert.deepEqual(flinkConfiguration, { 'taskmanager.memory.managed.size': '2 gb' })
  })

  it('says where the command stands only to a session of this machine', () => {
    const { flinkConfiguration } = order([], true) as { flinkConfiguration: object }
    assert.deepEqual(flinkConfiguration, { '$internal.client.working-directory': '/here' })
  })
})
