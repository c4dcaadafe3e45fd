// Duty: what the writers of a sink keep, as operator state under Flink's name.
// Thread: the task worker that owns the operator.
import type { AnySink } from '../../../api/connector/sink2/sink-check.js'
import { storedInSink } from '../../../api/connector/sink2/stored-in-sink.js'
import type { SupportsWriterState } from '../../../api/connector/sink2/supports-writer-state.js'
import { SimpleVersionedSerialization } from '../../../api/connector/source/simple-versioned-serialization.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import type { OperatorContext } from '../operators/stream-operator.js'

const WRITER_STATE = 'writer_raw_states'

export class WriterState {
  readonly #list: ListState<Uint8Array>
  readonly #elements: SimpleVersionedSerialization<unknown>

  constructor(
    store: OperatorStateStore,
    sink: AnySink & SupportsWriterState<unknown, unknown>,
    name: string,
    { registeredTypes }: Pick<OperatorContext, 'registeredTypes'>,
  ) {
    this.#list = store.getListState(new ListStateDescriptor<Uint8Array>(WRITER_STATE))
    const stored = storedInSink<unknown>(name, 'the state of a writer', 'getWriterStateSerializer()')
    this.#elements = new SimpleVersionedSerialization(sink.getWriterStateSerializer?.(), stored, registeredTypes)
  }

  takeRestored(): readonly unknown[] {
    const elements = [...this.#list.get()].map((bytes) => this.#elements.read(bytes))
    this.#list.clear()
    return elements
  }

  set(elements: readonly unknown[]): void {
    this.#list.update(elements.map((each) => this.#elements.write(each)))
  }
}
