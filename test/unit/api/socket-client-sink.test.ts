import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SentBytes } from '../../../src/api/functions/sink/sent-bytes.js'
import { SocketClientSink } from '../../../src/api/functions/sink/socket-client-sink.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, turn } from '../../operators/operator-harness.js'
import { ReceivingServer } from './receiving-server.js'

function sinkTo(
  port: number,
  maxNumRetries: number,
  schema: (value: unknown) => unknown = (value) => `${String(value)}\n`,
) {
  const serialize = schema as (value: unknown) => string
  const sink = new SocketClientSink<unknown>({ host: '127.0.0.1', port, schema: { serialize }, maxNumRetries })
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }))
}

async function until(condition: () => boolean, each: () => void = () => undefined): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    assert.ok(turns < 100_000, 'it never came')
    each()
    await turn()
  }
}

/** Time goes on, so that the sink tries again, until the action has settled. */
async function whileTimePasses<T>(harness: OneInputStreamOperatorTestHarness, action: Promise<T>): Promise<T> {
  let isSettled = false
  const settled = (): void => {
    isSettled = true
  }
  action.then(settled, settled)
  await until(
    () => isSettled,
    () => {
      harness.context.clock.advance(500)
    },
  )
  return action
}

describe('the socket sink', () => {
  it('has written everything before the barrier of a checkpoint, and at the end', async () => {
    const server = await new ReceivingServer().listen()
    const harness = await sinkTo(server.port, 0).open()
    harness.processElement('a')
    harness.processElement('b')
    await harness.operator.prepareSnapshotPreBarrier(1)
    await until(() => server.texts[0] === 'a\nb\n')
    harness.processElement('c')
    await harness.operator.finish()
    await harness.operator.close()
    await until(() => server.texts[0] === 'a\nb\nc\n')
    await server.die()
  })

  it('sends nothing again when the receiver closes after the end, whatever is flushed then', async () => {
    const server = await new ReceivingServer().listen()
    const harness = await sinkTo(server.port, 5).open()
    harness.processElement('a')
    await harness.operator.finish()
    await until(() => server.texts[0] === 'a\n')
    // The receiver's answer to the end arrives.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await whileTimePasses(harness, harness.operator.prepareSnapshotPreBarrier(1))
    await whileTimePasses(harness, harness.operator.close())
    await server.die()
    assert.deepEqual(server.texts, ['a\n'])
  })

  it('sends what it sent since the last checkpoint again over a new connection', async () => {
    const server = await new ReceivingServer().listen()
    const harness = await sinkTo(server.port, 5).open()
    for (const [id, value] of [
      [1, 'before'],
      [2, 'after 1'],
      [3, 'after 2'],
    ] as const) {
      harness.processElement(value)
      await harness.operator.prepareSnapshotPreBarrier(id)
      await harness.snapshot(id)
    }
    await harness.operator.notifyCheckpointComplete(1)
    await until(() => server.texts[0] === 'before\nafter 1\nafter 2\n')
    await server.die()
    const next = await new ReceivingServer().listen(server.port)
    harness.processElement('lost on the way')
    await whileTimePasses(harness, harness.operator.prepareSnapshotPreBarrier(4))
    // The system may have taken the bytes of the first write after the break.
    harness.processElement('last')
    await whileTimePasses(harness, harness.operator.prepareSnapshotPreBarrier(5))
    await until(() => next.texts.join('').endsWith('last\n'))
    const again = next.texts.join('')
    for (const value of ['after 1', 'after 2', 'lost on the way', 'last'])
      assert.ok(again.includes(`${value}\n`), again)
    assert.equal(again.includes('before'), false, 'what a complete checkpoint has is not sent again')
    await harness.operator.close()
    await next.die()
  })

  it('sends again before a checkpoint passes, where the connection broke after the last record', async () => {
    const server = await new ReceivingServer().listen()
    const harness = await sinkTo(server.port, 5).open()
    harness.processElement('a')
    await harness.operator.prepareSnapshotPreBarrier(1)
    await until(() => server.texts[0] === 'a\n')
    await server.die()
    const next = await new ReceivingServer().listen(server.port)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await whileTimePasses(harness, harness.operator.prepareSnapshotPreBarrier(2))
    await until(() => next.texts.join('') === 'a\n')
    await harness.operator.close()
    await next.die()
  })

  it('fails when nobody listens any more, so that the job starts again from its checkpoint', async () => {
    const server = await new ReceivingServer().listen()
    const { port } = server
    await server.die()
    const unconnected = sinkTo(port, 2)
    await assert.rejects(whileTimePasses(unconnected, unconnected.open()), (error: unknown) => {
      assert.ok(FlinkError.is(error, 'SOCKET_SINK_FAILED'), String(error))
      assert.equal(error.recovery, 'restart')
      assert.match(error.message, /could not connect to 127\.0\.0\.1:\d+/)
      return true
    })
  })

  it('refuses what is neither bytes nor text, and copies bytes that a schema uses again', async () => {
    const server = await new ReceivingServer().listen()
    const wrong = await sinkTo(server.port, 0, () => 5).open()
    assert.throws(
      () => wrong.processElement('a'),
      (error: unknown) => FlinkError.is(error, 'SERIALIZED_VALUE_INVALID') && error.message.includes('5'),
    )
    const same = new Uint8Array(1)
    const harness = await sinkTo(server.port, 0, (value) => same.fill(Number(value))).open()
    for (const value of [65, 66, 67]) harness.processElement(value)
    await harness.operator.finish()
    await until(() => server.texts.includes('ABC'))
    await wrong.operator.close()
    await harness.operator.close()
    await server.die()
  })
})

describe('the bytes that were sent', () => {
  const piece = (text: string): Uint8Array => new TextEncoder().encode(text)
  const textOf = (sent: SentBytes): string => Buffer.concat(sent.pieces).toString()

  it('are kept until a checkpoint after them is complete', () => {
    const sent = new SentBytes()
    sent.add(piece('a'))
    sent.snapshotTaken(1)
    sent.add(piece('b'))
    sent.snapshotTaken(2)
    sent.add(piece('c'))
    assert.equal(textOf(sent), 'abc')
    sent.checkpointCompleted(1)
    assert.equal(textOf(sent), 'bc')
    sent.checkpointCompleted(2)
    assert.equal(textOf(sent), 'c')
  })

  it('are not whole from the moment they are too many to that checkpoint', () => {
    const sent = new SentBytes()
    sent.add(new Uint8Array(5 * 1024 * 1024))
    assert.equal(sent.isWhole, false)
    sent.snapshotTaken(1)
    sent.add(piece('b'))
    assert.equal(sent.isWhole, false)
    sent.checkpointCompleted(1)
    assert.equal(sent.isWhole, true)
    assert.equal(textOf(sent), 'b')
  })
})
