import assert from 'node:assert/strict'
import { it } from 'node:test'
import { userFrames } from '../../../../src/core/errors/user-stack.js'

const STACK = `TypeError: boom at the start
    at parse (file:///app/job.js:3:9)
    at Array.map (<anonymous>)
    at Object.<anonymous> (/app/old.cjs:1:1)
    at new <anonymous> (file:///app/job.js:8:1)
    at file:///app/node:1/job.js:5:2
    at StreamMap.processElement (file:///engine/src/stream-map.js:20:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at node:internal/main/worker_thread:1:2
    at async main (file:///app/job.js:12:3)
    at async <anonymous>`

it('userFrames keeps what the user wrote, also functions without a name, and nothing of the engine or of Node', () => {
  assert.deepEqual(userFrames(STACK, ['file:///engine/']), [
    'at parse (file:///app/job.js:3:9)',
    'at Object.<anonymous> (/app/old.cjs:1:1)',
    'at new <anonymous> (file:///app/job.js:8:1)',
    'at file:///app/node:1/job.js:5:2',
    'at async main (file:///app/job.js:12:3)',
  ])
})
