import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { programThreadError } from '../../../src/cluster/program-thread-error.js'

it('A program whose main holds more than its thread may is told what to do about it', async () => {
  const greedy = 'const kept = []; for (;;) kept.push(new Array(10000).fill(0.5))'
  const thread = new Worker(greedy, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } })
  const [error] = (await once(thread, 'error')) as [Error]
  assert.deepEqual(programThreadError(error).code, 'PROGRAM_OUT_OF_MEMORY')
  assert.match(programThreadError(error).message, /NODE_OPTIONS=--max-old-space-size=/)
  const other = programThreadError(new Error('no thread'))
  assert.deepEqual([other.code, other.message], ['PROGRAM_MAIN_FAILED', 'The main method caused an error: no thread'])
})
