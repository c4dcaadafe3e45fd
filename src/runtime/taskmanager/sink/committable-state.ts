// Duty: what is not committed yet, as operator state under Flink's name: an element a committable, with its retries, so that after a
// change of the parallelism they are dealt out one by one.
// Thread: the task worker that owns the operator.
import { storedInSink } from '../../../api/connector/sink2/stored-in-sink.js'
import { SimpleVersionedSerialization } from '../../../api/connector/source/simple-versioned-serialization.js'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { CommitCall } from './commit-call.js'

const COMMITTER_STATE = 'streaming_committer_raw_states'

export class CommittableState {
  readonly #list: ListState<Uint8Array>
  readonly #committables: SimpleVersionedSerialization<unknown>

  constructor(
    store: OperatorStateStore,
    sinkName: string,
    serializer: SimpleVersionedSerializer<unknown> | undefined,
    registered: RegisteredTypes,
  ) {
    this.#list = store.getListState(new ListStateDescriptor<Uint8Array>(COMMITTER_STATE))
    const stored = storedInSink<unknown>(sinkName, 'a committable', 'getCommittableSerializer()')
    this.#committables = new SimpleVersionedSerialization(serializer, stored, registered)
  }

  takeRestored(): readonly CommitCall<unknown>[] {
    const calls = [...this.#list.get()].map((bytes) => {
      const input = new DataInputView(bytes)
      const numRetries = input.readVarInt()
      return new CommitCall(this.#committables.read(input.readBytes(input.remaining).slice()), numRetries)
    })
    this.#list.clear()
    return calls
  }

  set(calls: readonly CommitCall<unknown>[]): void {
    this.#list.update(
      calls.map((call) => {
        const output = new DataOutputView()
        output.writeVarInt(call.getNumberOfRetries())
        output.writeBytes(this.#committables.write(call.getCommittable()))
        return output.toBytes()
      }),
    )
  }
}
