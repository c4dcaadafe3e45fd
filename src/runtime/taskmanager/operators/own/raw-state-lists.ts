// Duty: raw state of an own operator, kept as lists of bytes in its operator state.
// Invariants: a partition is an element of a list that a restore deals out. A key group is an element of a list that every subtask gets
// whole, of which it takes its own key groups. What the operator does not write again at a snapshot is gone with it.
// Thread: the task worker that owns the operator.
import type {
  KeyedStateCheckpointOutputStream,
  KeyGroupStatePartitionStreamProvider,
  OperatorStateCheckpointOutputStream,
  StatePartitionStreamProvider,
} from '../../../../api/operators/raw-state.js'
import { ListStateDescriptor } from '../../../../api/state/list-state-descriptor.js'
import type { OperatorStateStore } from '../../../../api/state/operator-state-store.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import {
  keyGroupRangeForOperatorIndex,
  operatorIndexForKeyGroup,
} from '../../../../core/keygroups/key-group-assignment.js'
import { RAW_KEYED_STATE } from '../../../../core/keygroups/raw-keyed-state.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TaskInfo } from '../stream-operator.js'

type KeyGroupBytes = readonly [keyGroup: number, bytes: Uint8Array]

const KEYED = new ListStateDescriptor<KeyGroupBytes>(RAW_KEYED_STATE)
const PARTITIONS = new ListStateDescriptor<Uint8Array>('_raw_operator_state_')

/** The outputs of one snapshot, as far as they were asked for. */
export class RawStateLists {
  readonly #operator: string
  readonly #taskInfo: TaskInfo
  readonly #store: OperatorStateStore
  #isUsed = { keyed: false, partitions: false }
  #keyGroups = new Map<number, DataOutputView>()
  #partitions: DataOutputView[] = []

  constructor(operator: string, taskInfo: TaskInfo, store: OperatorStateStore) {
    this.#operator = operator
    this.#taskInfo = taskInfo
    this.#store = store
  }

  restoredKeyGroups(): KeyGroupStatePartitionStreamProvider[] {
    this.#isUsed.keyed = true
    return [...this.#store.getUnionListState(KEYED).get()]
      .filter(([keyGroup]) => this.#isMine(keyGroup))
      .sort(([one], [other]) => one - other)
      .map(([keyGroup, bytes]) => ({ getKeyGroupId: () => keyGroup, getStream: () => new DataInputView(bytes) }))
  }

  restoredPartitions(): StatePartitionStreamProvider[] {
    this.#isUsed.partitions = true
    return [...this.#store.getListState(PARTITIONS).get()].map((bytes) => ({
      getStream: () => new DataInputView(bytes),
    }))
  }

  keyedOutput(): KeyedStateCheckpointOutputStream {
    this.#isUsed.keyed = true
    return {
      getKeyGroupList: () => this.#ownKeyGroups(),
      startNewKeyGroup: (keyGroup) => {
        if (!this.#isMine(keyGroup)) this.#refuse(keyGroup, 'belongs to another subtask')
        if (this.#keyGroups.has(keyGroup)) this.#refuse(keyGroup, 'was written in this snapshot already')
        const output = new DataOutputView()
        this.#keyGroups.set(keyGroup, output)
        return output
      },
    }
  }

  partitionOutput(): OperatorStateCheckpointOutputStream {
    this.#isUsed.partitions = true
    return {
      startNewPartition: () => {
        const output = new DataOutputView()
        this.#partitions.push(output)
        return output
      },
    }
  }

  /** What was written becomes the state of the snapshot. */
  endSnapshot(): void {
    const keyGroups = [...this.#keyGroups].map(([keyGroup, output]): KeyGroupBytes => [keyGroup, output.toBytes()])
    const partitions = this.#partitions.map((output) => output.toBytes())
    this.#keyGroups = new Map()
    this.#partitions = []
    if (this.#isUsed.keyed) this.#store.getUnionListState(KEYED).update(keyGroups)
    if (this.#isUsed.partitions) this.#store.getListState(PARTITIONS).update(partitions)
  }

  #ownKeyGroups(): number[] {
    const { maxParallelism, parallelism, subtaskIndex } = this.#taskInfo
    const { start, end } = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, subtaskIndex)
    return Array.from({ length: end - start + 1 }, (_, index) => start + index)
  }

  #isMine(keyGroup: number): boolean {
    const { maxParallelism, parallelism, subtaskIndex } = this.#taskInfo
    const isOne = Number.isInteger(keyGroup) && keyGroup >= 0 && keyGroup < maxParallelism
    return isOne && operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup) === subtaskIndex
  }

  #refuse(keyGroup: number, reason: string): never {
    throw new FlinkError('KEY_GROUP_REFUSED', { operator: this.#operator, keyGroup, reason })
  }
}
