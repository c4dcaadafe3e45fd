import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import type { FlinkError } from '../../../../src/core/errors/flink-error.js'
import {
  allocateStandardInput,
  claimStandardInput,
  releaseStandardInput,
  StandardInput,
} from '../../../../src/core/io/standard-input.js'

const isRefused = (error: FlinkError): boolean => error.code === 'STANDARD_INPUT_REFUSED'

describe('Standard input', () => {
  it('belongs to the thread that read first, until that has ended', () => {
    const memory = allocateStandardInput('readable')
    claimStandardInput(memory, 3)
    claimStandardInput(memory, 3)
    assert.throws(() => claimStandardInput(memory, 4), isRefused)
    releaseStandardInput(memory, 4)
    assert.throws(() => claimStandardInput(memory, 4), isRefused)
    releaseStandardInput(memory, 3)
    claimStandardInput(memory, 4)
  })

  it('is refused to all threads of a detached job', () => {
    assert.throws(() => claimStandardInput(allocateStandardInput('refused'), 3), isRefused)
  })

  it('is opened by the first read and not before', async () => {
    let opened = 0
    const open = (): Readable => {
      opened += 1
      return Readable.from([Buffer.from('a'), Buffer.from('b')])
    }
    const input = new StandardInput(() => undefined, open)
    assert.equal(opened, 0)
    let text = ''
    for await (const chunk of input) text += String(chunk)
    assert.deepEqual([text, opened], ['ab', 1])
  })

  it('fails for its reader where it may not be read', async () => {
    const memory = allocateStandardInput('refused')
    const input = new StandardInput(
      () => claimStandardInput(memory, 3),
      () => Readable.from([]),
    )
    await assert.rejects(input.toArray(), isRefused)
  })
})
