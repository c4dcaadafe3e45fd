import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import type { MessagePort } from 'node:worker_threads'
import { RemotePipelineExecutor } from '../../../src/cluster/remote-pipeline-executor.js'
import type { ProgramToProcess } from '../../../src/runtime/protocol/program-messages.js'
import { RecordedProgram } from '../graph/recorded-program.js'

/** The port of a program worker, with the process at its other end played. */
class PlayedPort extends EventEmitter {
  readonly sent: ProgramToProcess[] = []

  postMessage(message: ProgramToProcess): void {
    this.sent.push(message)
  }

  answer(requestId: number, value: string): void {
    this.emit('message', { type: 'answer', requestId, outcome: { value } })
  }
}

function started(): { readonly port: PlayedPort; readonly executor: RemotePipelineExecutor } {
  const port = new PlayedPort()
  return { port, executor: new RemotePipelineExecutor(port as unknown as MessagePort, () => undefined) }
}

describe('The executor of a program worker', () => {
  it('gives each answer to the request that it is for', async () => {
    const { port, executor } = started()
    const program = new RecordedProgram()
    program.sink(program.source('source'), 'sink')
    const submitted = executor.submit(program.pipeline())
    assert.deepEqual(
      port.sent.map(({ type }) => type),
      ['submit-job'],
    )
    port.answer(0, 'a'.repeat(32))
    const job = await submitted
    const [status, cancelled] = [job.status(), job.cancel()]
    port.answer(2, 'CANCELLING')
    port.answer(1, 'RUNNING')
    assert.equal(await status, 'RUNNING')
    await cancelled
  })

  it('fails on an answer that nobody waits for, be it the second to a request or one to none', async () => {
    const { port, executor } = started()
    const program = new RecordedProgram()
    program.sink(program.source('source'), 'sink')
    const submitted = executor.submit(program.pipeline())
    const unasked = { code: 'INTERNAL_ERROR', message: /an answer to request \d, which waits for none/ }
    assert.throws(() => {
      port.answer(7, 'x')
    }, unasked)
    port.answer(0, 'a'.repeat(32))
    await submitted
    assert.throws(() => {
      port.answer(0, 'x')
    }, unasked)
  })
})
