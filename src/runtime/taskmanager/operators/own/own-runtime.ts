// Duty: what an own operator may ask of the engine, put together for its base class.
// Thread: the task worker that owns the operator.
import type { InternalTimerService, Triggerable } from '../../../../api/operators/internal-timer-service.js'
import type { OperatorRuntime } from '../../../../api/operators/operator-runtime.js'
import type { Output } from '../../../../api/operators/output.js'
import type { ProcessingTimeService } from '../../../../api/operators/processing-time-service.js'
import type { RuntimeContext } from '../../../../api/functions/runtime-context.js'
import type { OperatorStateStore } from '../../../../api/state/operator-state-store.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { hashKey, type KeyKind } from '../../../../core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../core/keygroups/key-group-assignment.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { KeyedStateBackend } from '../../state/keyed-state-backend.js'
import { VOID_NAMESPACES, type NamespaceType } from '../../state/namespace-type.js'
import type {
  InternalTimerService as EngineTimerService,
  Triggerable as EngineTriggerable,
} from '../../timers/internal-timer-service.js'
import type { OperatorContext } from '../stream-operator.js'
import { checkClockTimer, checkedTriggerable, checkTimers } from './own-arguments.js'
import { isVoid, ownNamespaces } from './own-namespaces.js'
import { giveVoid, triggerableOf, voidTimers } from './own-timers.js'

type RefusePromise = (result: unknown, method: string, owner: object) => void

export interface OwnRuntimeParts extends Pick<
  OperatorRuntime,
  'operatorName' | 'operatorId' | 'advanceTime' | 'combineWatermark' | 'combineWatermarkStatus'
> {
  readonly context: OperatorContext
  readonly output: Output<unknown>
  readonly runtimeContext: RuntimeContext
  readonly operatorStateStore: OperatorStateStore
  readonly keyedBackend: KeyedStateBackend | undefined
  readonly keyKind: KeyKind
  readonly refusePromise: RefusePromise
  /** What a callback of the operator threw. */
  readonly failed: (error: unknown) => Error
  timerService<N>(name: string, namespaces: NamespaceType<N>, triggerable: EngineTriggerable<N>): EngineTimerService<N>
}

export function ownRuntime(parts: OwnRuntimeParts): OperatorRuntime {
  const { keyedBackend, operatorName, operatorId, output, runtimeContext, operatorStateStore } = parts
  return {
    operatorName,
    operatorId,
    output,
    runtimeContext,
    operatorStateStore,
    processingTimeService: processingTimeOf(parts),
    getInternalTimerService: <K, N>(name: string, serializer: TypeSerializer<N>, triggerable: Triggerable<K, N>) =>
      timersOf(parts, {
        name,
        serializer,
        triggerable,
      }),
    getCurrentKey: () => keyedBackend?.currentKey(),
    getCurrentKeyGroup: () => currentKeyGroup(parts),
    setCurrentKey: (key) => {
      setCurrentKey(parts, key)
    },
    advanceTime: parts.advanceTime,
    combineWatermark: parts.combineWatermark,
    combineWatermarkStatus: parts.combineWatermarkStatus,
  }
}

interface AskedTimers {
  readonly name: string
  readonly serializer: TypeSerializer<unknown>
  readonly triggerable: unknown
}

function timersOf(
  parts: OwnRuntimeParts,
  { name, serializer, triggerable }: AskedTimers,
): InternalTimerService<unknown> {
  const owners = checkedTriggerable(triggerable)
  checkTimers(name, serializer)
  if (!isVoid(serializer)) {
    const engines = triggerableOf(owners, (namespace) => namespace, parts.refusePromise)
    return parts.timerService(name, ownNamespaces(serializer), engines)
  }
  const engines = triggerableOf(owners, giveVoid, parts.refusePromise)
  return voidTimers(parts.timerService(name, VOID_NAMESPACES, engines))
}

function processingTimeOf({ operatorName, context, failed, refusePromise }: OwnRuntimeParts): ProcessingTimeService {
  const { processingTime } = context
  return {
    getCurrentProcessingTime: () => processingTime.currentProcessingTime(),
    registerTimer: (timestampMs, target) => {
      checkClockTimer(operatorName, timestampMs, target)
      return processingTime.registerTimer(timestampMs, (timestamp) => {
        try {
          refusePromise(target(timestamp), 'registerTimer', target)
        } catch (error) {
          throw failed(error)
        }
        return true
      })
    },
  }
}

function currentKeyGroup({ operatorName: operator, context, keyedBackend, keyKind }: OwnRuntimeParts): number {
  if (keyedBackend === undefined) throw notKeyed(operator)
  const key = keyedBackend.currentKey()
  if (key === undefined) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { operator, state: 'raw keyed state' })
  return keyGroupForHash(hashKey(key, keyKind), context.taskInfo.maxParallelism)
}

function notKeyed(operator: string): FlinkError {
  return new FlinkError('KEYED_STATE_ON_NON_KEYED_STREAM', { operator, state: 'the current key' })
}

function setCurrentKey(
  { operatorName: operator, context, keyedBackend, keyKind }: OwnRuntimeParts,
  key: unknown,
): void {
  if (keyedBackend === undefined) throw notKeyed(operator)
  const { maxParallelism, parallelism, subtaskIndex } = context.taskInfo
  const hash = hashKey(key, keyKind)
  const keyGroup = keyGroupForHash(hash, maxParallelism)
  if (operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup) !== subtaskIndex) {
    throw new FlinkError('KEY_GROUP_REFUSED', { operator, keyGroup, reason: 'belongs to another subtask' })
  }
  keyedBackend.setCurrentKey(key, hash)
}
