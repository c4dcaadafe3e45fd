// Duty: records without result in snapshots: unchanged, and given back to the subtasks of a restore.
// Invariants: on a keyed stream a record comes back in the subtask that has its key, so that the order of a key survives another parallelism;
// on others they are dealt out evenly. Watermarks are not in it: after a restore they come again from upstream, and an old one of
// another subtask could make records late that were not.
// Thread: the task worker that owns the operator.
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../core/keygroups/key-group-assignment.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TaskInfo } from '../operators/stream-operator.js'
import type { OperatorStateBackend } from '../state/operator-state-backend.js'

/** Flink's name. */
const STATE_NAME = '_async_wait_operator_state_'

export interface InFlightRecord {
  readonly value: unknown
  readonly timestamp: number
  readonly keyHash: number
}

export class InFlightState {
  readonly #list: ListState<InFlightRecord>
  readonly #isKeyed: boolean
  readonly #taskInfo: TaskInfo

  /** After the backend was restored. */
  constructor(
    backend: OperatorStateBackend,
    elementType: TypeInformation<unknown> | undefined,
    { isKeyed, taskInfo }: { readonly isKeyed: boolean; readonly taskInfo: TaskInfo },
  ) {
    const descriptor = new ListStateDescriptor<InFlightRecord>(STATE_NAME, inFlightType(elementType))
    this.#list = isKeyed ? backend.getUnionListState(descriptor) : backend.getListState(descriptor)
    this.#isKeyed = isKeyed
    this.#taskInfo = taskInfo
  }

  /** What was restored for this subtask, once. */
  takeRestored(): readonly InFlightRecord[] {
    const restored = [...this.#list.get()]
    this.#list.clear()
    return this.#isKeyed ? restored.filter(({ keyHash }) => this.#isMine(keyHash)) : restored
  }

  /** For the snapshot that follows. */
  set(records: Iterable<InFlightRecord>): void {
    this.#list.update([...records])
  }

  #isMine(keyHash: number): boolean {
    const { maxParallelism, parallelism, subtaskIndex } = this.#taskInfo
    const keyGroup = keyGroupForHash(keyHash, maxParallelism)
    return operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup) === subtaskIndex
  }
}

/** `element`: of the records, where it is declared. */
export function inFlightType(element: TypeInformation<unknown> | undefined): TypeInformation<InFlightRecord> {
  return {
    description: `IN_FLIGHT(${element?.description ?? 'GENERIC'})`,
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const values = element?.createSerializer(registered) ?? structuredSerializer(registered)
      return {
        serialize: ({ value, timestamp, keyHash }, output) => {
          output.writeFloat64(timestamp)
          output.writeFloat64(keyHash)
          values.serialize(value, output)
        },
        deserialize: (input) => {
          const [timestamp, keyHash] = [input.readFloat64(), input.readFloat64()]
          return { value: values.deserialize(input), timestamp, keyHash }
        },
        copy: (record) => ({ ...record, value: values.copy(record.value) }),
      }
    },
  }
}
