import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { describe, it } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { comparable } from './comparable.js'
import { exchangedValues, EXCHANGES, exchangeSerializers } from './exchanged-values.js'

interface Answer {
  readonly exitCode: number | null
  readonly bytes: Buffer
  readonly errors: string
}

/** Sends bytes through a pipe to another process and takes what comes back. */
async function askOtherProcess(kind: string, seed: number, bytes: Uint8Array): Promise<Answer> {
  const child = fork(new URL('./echo-process.js', import.meta.url), [kind, String(seed)], { silent: true })
  const { stdin, stdout, stderr } = child
  assert.ok(stdin && stdout && stderr)
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  stdin.end(bytes)
  const [exitCode, back, errors] = await Promise.all([exit, buffer(stdout), buffer(stderr)])
  return { exitCode, bytes: back, errors: errors.toString() }
}

describe('Two processes', () => {
  for (const [index, kind] of EXCHANGES.entries()) {
    it(`give each other every kind of value by a ${kind}, both ways`, { timeout: 120_000 }, async () => {
      const make = exchangeSerializers(kind)
      const values = exchangedValues(index)
      const output = new DataOutputView()
      const writer = make()
      for (const value of values) writer.serialize(value, output)
      const { exitCode, bytes, errors } = await askOtherProcess(kind, index, output.written())
      assert.equal(exitCode, 0, errors)
      const input = new DataInputView(bytes)
      const reader = make()
      assert.deepStrictEqual(comparable(values.map(() => reader.deserialize(input))), comparable(values))
      assert.equal(input.remaining, 0)
    })
  }

  it('notice when one of them reads something else', { timeout: 120_000 }, async () => {
    const output = new DataOutputView()
    const writer = exchangeSerializers('learned stream')()
    for (const value of exchangedValues(1)) writer.serialize(value, output)
    const { exitCode, errors } = await askOtherProcess('learned stream', 2, output.written())
    assert.equal(exitCode, 1)
    assert.match(errors, /AssertionError/)
  })
})
