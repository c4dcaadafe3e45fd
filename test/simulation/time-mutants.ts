/** Faults that are planted into event time, timers, two inputs, broadcast state and sources with splits. */
import type { WatermarkOutput } from '../../src/index.js'
import { SubtaskEventGate } from '../../src/runtime/jobmanager/coordination/subtask-event-gate.js'
import { WatermarkOutputMultiplexer } from '../../src/runtime/taskmanager/eventtime/watermark-output-multiplexer.js'
import { CombinedWatermark } from '../../src/runtime/taskmanager/operators/combined-watermark.js'
import type { Output } from '../../src/runtime/taskmanager/operators/output.js'
import { StreamOperatorBase } from '../../src/runtime/taskmanager/operators/stream-operator-base.js'
import { UserTimers } from '../../src/runtime/taskmanager/operators/user-timers.js'
import { HeapKeyedStateBackend } from '../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { MapBroadcastState } from '../../src/runtime/taskmanager/state/map-broadcast-state.js'
import type { KeyedPriorityQueue } from '../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import { TablePriorityQueue } from '../../src/runtime/taskmanager/state/table-priority-queue.js'
import { StatusWatermarkValve } from '../../src/runtime/taskmanager/task/status-watermark-valve.js'
import { KeyedTimerService } from '../../src/runtime/taskmanager/timers/keyed-timer-service.js'
import type { StateMetadata } from '../../src/storage/state-handles.js'
import { onDeploy, withOperators } from './mutant-parts.js'
import type { Mutant } from './mutants.js'
import { replaced, type Sabotage } from './sabotage.js'

const EARLY_MS = 50

/** An operator, with what its subclasses see of it. */
interface TimedOperator {
  readonly output: Output
  advanceWatermark(timestamp: number): boolean
}

/** Something is done to each queue of timers as soon as it has its elements. */
function withQueues(change: (queue: KeyedPriorityQueue<unknown>, name: string) => void): () => void {
  return replaced(
    HeapKeyedStateBackend.prototype,
    'getOrCreatePriorityQueue',
    (original) =>
      function <N>(this: HeapKeyedStateBackend, ...given: Parameters<typeof original<N>>) {
        const queue = original.apply(this, given as never) as KeyedPriorityQueue<N>
        change(queue, given[0])
        return queue
      },
  )
}

/** Each timer service looks at its clock timers first when it is made. */
function withoutWakeup(queue: KeyedPriorityQueue<unknown>, name: string): void {
  if (!name.includes('/processing_')) return
  const firstTimestamp = queue.firstTimestamp.bind(queue)
  let looks = 0
  queue.firstTimestamp = () => {
    looks += 1
    return looks === 1 ? undefined : firstTimestamp()
  }
}

type KindOfState = Pick<StateMetadata, 'name' | 'kind'>

/** On a restore the operator state that is meant is not there; `isFor` says in which subtasks. */
function withoutOperatorState(
  isMeant: (state: KindOfState) => boolean,
  isFor: (subtaskIndex: number) => boolean,
): () => Sabotage {
  const toWorker = onDeploy((task) =>
    withOperators(task, (states) =>
      states.map(([id, state]) => {
        const isThere = state.managedOperator.some((handle) => handle.states.some(isMeant))
        return [id, isThere && isFor(task.subtaskIndex) ? { ...state, managedOperator: [] } : state]
      }),
    ),
  )
  return () => ({ toWorker })
}

/** What one split says of time all splits of the reader have said. */
function withTimeOfFirstSplit(): () => void {
  const outputs = new WeakMap<WatermarkOutputMultiplexer, WatermarkOutput[]>()
  return replaced(
    WatermarkOutputMultiplexer.prototype,
    'getDeferredOutput',
    (original) =>
      function (this: WatermarkOutputMultiplexer, id) {
        const all = outputs.get(this) ?? []
        outputs.set(this, all)
        const output = original.call(this, id)
        all.push(output)
        return {
          ...output,
          emitWatermark: (watermark) => {
            for (const each of all) each.emitWatermark(watermark)
          },
        }
      },
  )
}

function timed(plant: () => () => void): () => Sabotage {
  return () => ({ plant })
}

const FAULTS: readonly Mutant[] = [
  {
    name: 'timers are not in the snapshot',
    seeds: 20,
    make: timed(() =>
      withQueues((queue) => {
        while (queue.poll() !== undefined);
      }),
    ),
  },
  {
    name: 'a timer fires twice',
    seeds: 4,
    make: timed(() => {
      const fired = new WeakSet<UserTimers>()
      return replaced(
        UserTimers.prototype,
        'onEventTime',
        (original) =>
          function (this: UserTimers, timer) {
            original.call(this, timer)
            if (fired.has(this)) return
            fired.add(this)
            original.call(this, timer)
          },
      )
    }),
  },
  {
    name: 'timers of processing time are not woken after a restore',
    seeds: 60,
    make: timed(() => withQueues(withoutWakeup)),
  },
  {
    name: 'a timer is not deleted',
    seeds: 4,
    make: timed(() => replaced(KeyedTimerService.prototype, 'deleteEventTimeTimer', () => () => undefined)),
  },
  {
    name: 'timers fire before their time',
    seeds: 4,
    make: timed(() =>
      replaced(
        TablePriorityQueue.prototype,
        'isDue',
        (original) =>
          function (this: TablePriorityQueue<unknown>, timestamp) {
            return original.call(this, timestamp + EARLY_MS)
          },
      ),
    ),
  },
  {
    name: 'a watermark goes on before the timers fire',
    seeds: 4,
    make: timed(() =>
      replaced(
        StreamOperatorBase.prototype as unknown as TimedOperator,
        'advanceWatermark',
        (original) =>
          function (this: TimedOperator, timestamp) {
            return this.output.emitWatermark(timestamp) && original.call(this, timestamp)
          },
      ),
    ),
  },
  {
    name: 'the time of two inputs is that of the one which is ahead',
    seeds: 4,
    make: timed(() =>
      replaced(
        CombinedWatermark.prototype,
        'onWatermark',
        (original) =>
          function (this: CombinedWatermark, timestamp) {
            return original.call(this, timestamp, 0) && original.call(this, timestamp, 1)
          },
      ),
    ),
  },
  {
    name: 'channels that are idle are waited for',
    seeds: 10,
    make: timed(() => replaced(StatusWatermarkValve.prototype, 'onStatus', () => () => undefined)),
  },
  {
    name: 'only the first subtask gets its broadcast state back',
    seeds: 40,
    make: withoutOperatorState(
      ({ kind }) => kind === 'broadcast',
      (subtaskIndex) => subtaskIndex > 0,
    ),
  },
  {
    name: 'broadcast state loses what was put first',
    seeds: 10,
    make: timed(() =>
      replaced(
        MapBroadcastState.prototype,
        'put',
        (original) =>
          function (this: MapBroadcastState, key, value) {
            original.call(this, key, key === 0 ? 0 : value)
          },
      ),
    ),
  },
  {
    name: 'a reader does not get its splits back',
    seeds: 20,
    make: withoutOperatorState(
      ({ name }) => name === 'SourceReaderState',
      () => true,
    ),
  },
  {
    name: 'an enumerator assigns splits between its snapshot and that of the reader',
    seeds: 80,
    make: timed(() => replaced(SubtaskEventGate.prototype, 'close', () => () => undefined)),
  },
  {
    name: 'an enumerator begins anew after a restart',
    seeds: 20,
    make: () => ({
      toWorker: (message) => {
        if (message.type !== 'deploy-coordinators') return [message]
        const coordinators = message.coordinators.map((each) => ({ ...each, restore: undefined }))
        return [{ ...message, coordinators }]
      },
    }),
  },
  {
    name: 'the time of splits is that of the one which is ahead',
    seeds: 40,
    make: timed(withTimeOfFirstSplit),
  },
]

export const TIME_MUTANTS: readonly Mutant[] = FAULTS.map((fault) => ({ ...fault, kind: 'timed' }))
