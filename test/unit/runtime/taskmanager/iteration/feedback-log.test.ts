import assert from 'node:assert/strict'
import { it } from 'node:test'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { FeedbackLog } from '../../../../../src/runtime/taskmanager/iteration/feedback-log.js'
import { shareOfFeedback } from '../../../../../src/runtime/taskmanager/iteration/feedback-records.js'
import { HeldRecords } from '../../../../../src/runtime/taskmanager/iteration/held-records.js'
import { readFeedbackParts } from '../../../../../src/runtime/taskmanager/iteration/restored-feedback.js'
import { slicesOfTask } from '../../../../../src/runtime/taskmanager/state/time-slices.js'
import { MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

it('what comes back from a tail after its barrier is not in the checkpoint, though the other tail is waited for', async () => {
  const serializer = structuredSerializer()
  const context = new TestOperatorContext()
  const held = new HeldRecords(() => context.createWaitingChannel())
  const place = { subtaskIndex: 0, parallelism: 1, maxParallelism: 128 }
  const log = new FeedbackLog({
    request: { checkpointId: 1, timestamp: 0, isSavepoint: false, streams: new MemoryStreams() },
    metadata: { name: 'feedback', kind: 'operator-union', typeFingerprint: 'FEEDBACK(GENERIC)', schemaVersion: 0 },
    serializer,
    place,
    tails: 2,
    held,
    slices: slicesOfTask(context),
  })
  held.beginSnapshot(log)
  log.add('a0', 0, 0, 0)
  log.add('b0', 0, 0, 1)
  log.closeTail(0)
  log.add('after the barrier of its tail', 0, 0, 0)
  log.add('b1', 0, 0, 1)
  assert.ok(log.isOpen)
  log.closeTail(1)
  log.add('after both', 0, 0, 1)
  assert.ok(!log.isOpen)
  const { managedOperator = [] } = (await log.complete()) ?? {}
  const records: unknown[] = []
  const parts = readFeedbackParts(managedOperator, context.fileSystems)
  await shareOfFeedback(parts, { serializer, place }, (value) => records.push(value))
  assert.deepEqual(records, ['a0', 'b0', 'b1'])
})
