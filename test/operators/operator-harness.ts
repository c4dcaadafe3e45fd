/** What the harnesses of this folder share: bindings, a task's snapshot, and turns of the event loop. */
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { StreamOperator } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { MemoryStreams } from '../contract/runtime/state-backend-streams.js'
import type { TestOperatorContext } from './test-operator-context.js'

/** `keys` by input; without any the operator has one input that is not keyed. */
export function bindingOf(spec: OperatorSpec, ...keys: readonly (KeySpec | undefined)[]): OperatorBinding {
  const operatorId = 'a'.repeat(32)
  const ofInputs = keys.length === 0 ? [undefined] : keys
  return { operatorId, name: 'Op', uid: undefined, spec, keys: ofInputs, outputType: undefined }
}

export const byFirst: KeySpec = { select: (value) => (value as readonly unknown[])[0], kind: 'auto', path: '0' }

/** Takes a snapshot as a task does: before the barrier, the barrier, synchronous part, then the rest between mails. */
export async function snapshotOperator(
  operator: StreamOperator,
  context: TestOperatorContext,
  checkpointId = 1,
): Promise<OperatorSubtaskState | undefined> {
  await settled(operator.prepareSnapshotPreBarrier(checkpointId), context)
  while (context.time.isPending) continueTime(context)
  context.output.markBarrier()
  const streams = new MemoryStreams()
  const request = { checkpointId, timestamp: 5000, isSavepoint: false, streams }
  const future = await settled(operator.snapshotState(request), context)
  return settled(future.complete(), context)
}

/** The task goes on while it waits for `action`: it runs mail, and what is downstream reads. */
export async function settled<T>(action: Promise<T>, context: TestOperatorContext): Promise<T> {
  let isDone = false
  const outcome = action.finally(() => {
    isDone = true
  })
  // Looked at below.
  outcome.catch(() => undefined)
  while (!isDone) {
    context.runMail()
    context.output.drain()
    continueTime(context)
    await turn()
  }
  return outcome
}

/** As the task, as often as it finds room. */
export function continueTime(context: TestOperatorContext): void {
  context.output.drain()
  context.time.continue()
}

/** Lets everything run that does not wait for a test. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
