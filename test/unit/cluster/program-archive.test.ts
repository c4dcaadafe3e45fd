import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { namingArchive, starterNamingArchive } from '../../../src/cluster/program-archive.js'
import type { TaskManagerListener } from '../../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import type { WorkerToMaster } from '../../../src/runtime/protocol/worker-to-master.js'

const archive = { path: 'job.tgz', directory: '/tmp/a b/', directoryUrl: 'file:///tmp/a%20b/' }

function broken(): FlinkError {
  const cause = new Error('Unexpected end\n/tmp/a b/l/x.js:1')
  cause.stack = 'Error: Unexpected end\n    at load (file:///tmp/a%20b/l/x.js:1:7)\n    at /tmp/other/y.js:2:3'
  return new FlinkError('PROGRAM_NO_JOB', { path: '/tmp/a b/l/x.js', reason: 'none', advice: '' }, { cause })
}

describe('The errors of a program out of an archive', () => {
  it('name its files as they lie in it, in messages, details, stacks and causes', () => {
    const { message, details, cause } = namingArchive(serializeError(broken()), { archive })
    assert.match(message, /^job\.tgz: l\/x\.js defines no job/)
    assert.equal(details?.['path'], 'job.tgz: l/x.js')
    assert.equal(cause?.message, 'Unexpected end\njob.tgz: l/x.js:1')
    assert.match(cause.stack ?? '', /at load \(job\.tgz: l\/x\.js:1:7\)\n {4}at \/tmp\/other\/y\.js:2:3$/)
  })

  it('stay as they are without an archive', () => {
    const error = serializeError(broken())
    assert.equal(namingArchive(error, {}), error)
  })

  it('name its files when they come from a task worker', () => {
    const received: WorkerToMaster[] = []
    let worker: TaskManagerListener | undefined
    const starter = starterNamingArchive(
      {
        start: (_index, listener) => {
          worker = listener
          return { name: 'worker 0', bell: new SharedArrayBuffer(4), send: () => undefined, terminate: async () => {} }
        },
      },
      { archive },
    )
    const onMessage = (message: WorkerToMaster): void => void received.push(message)
    starter.start(0, { onMessage, onExit: () => undefined })
    worker?.onMessage({ type: 'worker-ready' })
    worker?.onMessage({ type: 'program-failed', loadNumber: 1, error: serializeError(broken()) })
    const [first, second] = received
    assert.deepEqual(first, { type: 'worker-ready' })
    assert.ok(second?.type === 'program-failed')
    assert.match(second.error.message, /^job\.tgz: l\/x\.js defines no job/)
  })
})
