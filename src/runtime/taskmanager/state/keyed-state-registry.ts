// Duty: the states and queues of one backend by name: makes their tables and the state classes over them.
// Invariants: one name, one kind, one type, one type of namespaces; none after `clear`.
// Thread: the task worker that owns the backend.
import type { AggregatingStateDescriptor } from '../../../api/state/aggregating-state-descriptor.js'
import type { ReducingStateDescriptor } from '../../../api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import { QueryableStateDescriptor } from '../../../api/state/queryable-state-descriptor.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import type { InternalMergingState, InternalState } from './internal-state.js'
import { KeyContext } from './key-context.js'
import { KeyedAggregatingState } from './keyed-aggregating-state.js'
import type { KeyedPriorityQueue } from './keyed-priority-queue.js'
import { KeyedReducingState } from './keyed-reducing-state.js'
import { KeyedValueState } from './keyed-value-state.js'
import { VOID_NAMESPACE, VOID_NAMESPACES, type AnyNamespaceType, type NamespaceType } from './namespace-type.js'
import type { KeyedStateBackendParameters } from './state-backend.js'
import { stateNotSerializable } from './state-not-serializable.js'
import {
  checkSameState,
  keyedValueSerializer,
  metadataOf,
  queueMetadata,
  userKeysOf,
  type AnyMapStateDescriptor,
} from './state-registration.js'
import type { StateTable, StateTypes } from './state-table.js'
import { presence } from './table-priority-queue.js'
import { timerNamespaces } from './timer-namespaces.js'
import type { UserKeys } from './user-map.js'

/** What differs between backends. */
export interface TableMaker<T extends StateTable> {
  /** Its entries are those that were restored. */
  createTable(types: StateTypes, context: KeyContext): T
  createMapState(table: T, keys: UserKeys): InternalState<unknown>
  createListState(table: T): InternalMergingState<unknown>
  /** Of a queue in the table, for the current key of `current`; `table` is that of `createTable`, for a context of its own. */
  createQueue(parameters: QueueParameters<T>): KeyedPriorityQueue<unknown>
}

export interface QueueParameters<T extends StateTable> {
  readonly table: T
  /** Of the table alone: its elements are of any key. */
  readonly tableContext: KeyContext
  /** Of the backend. */
  readonly current: KeyContext
}

interface Registered<T extends StateTable> {
  readonly table: T
  readonly state: InternalState<unknown> | undefined
  readonly queue: KeyedPriorityQueue<unknown> | undefined
  readonly queryableName?: string | undefined
}

export class KeyedStateRegistry<T extends StateTable> {
  readonly #parameters: KeyedStateBackendParameters
  readonly #context: KeyContext
  readonly #maker: TableMaker<T>
  readonly #states = new Map<string, Registered<T>>()
  #isClosed = false

  constructor(parameters: KeyedStateBackendParameters, context: KeyContext, maker: TableMaker<T>) {
    this.#parameters = parameters
    this.#context = context
    this.#maker = maker
  }

  /** In the order in which they were asked for. */
  tables(): T[] {
    return [...this.#states.values()].map(({ table }) => table)
  }

  getOrCreate(descriptor: StateDescriptor<unknown>, namespaces: AnyNamespaceType): InternalState<unknown> {
    const { operatorName, registeredTypes } = this.#parameters
    const metadata = metadataOf(descriptor, namespaces)
    const existing = this.#existing(metadata)
    if (existing?.state !== undefined) {
      checkQueryableName(descriptor, existing.queryableName)
      return existing.state
    }
    const queryableName = queryableNameOf(descriptor, namespaces)
    const serializer = keyedValueSerializer(descriptor, operatorName, registeredTypes)
    const registered = this.#explained(descriptor.name, () => {
      const table = this.#maker.createTable({ metadata, serializer, namespaces }, this.#context)
      return { table, state: this.#stateOf(descriptor, table), queue: undefined, queryableName }
    })
    this.#states.set(descriptor.name, registered)
    QueryableStateDescriptor.stateMade(descriptor)
    if (queryableName !== undefined) this.#tellQueryable(queryableName, registered.table)
    return registered.state
  }

  getOrCreateQueue<N>(name: string, elementNamespaces: NamespaceType<N>): KeyedPriorityQueue<N> {
    const namespaces = timerNamespaces(elementNamespaces) as AnyNamespaceType
    const metadata = queueMetadata(name, namespaces)
    const existing = this.#existing(metadata)
    if (existing?.queue !== undefined) return existing.queue as KeyedPriorityQueue<N>
    const tableContext = new KeyContext()
    const table = this.#explained(name, () =>
      this.#maker.createTable({ metadata, serializer: presence, namespaces }, tableContext),
    )
    const queue = this.#maker.createQueue({ table, tableContext, current: this.#context })
    this.#states.set(name, { table, state: undefined, queue })
    return queue as KeyedPriorityQueue<N>
  }

  *getKeys(name: string, namespace: unknown): Generator {
    const { table } = this.#registered(name)
    for (const entry of table.entryKeys()) {
      if (table.types.namespaces.equals(entry.namespace, namespace)) yield entry.key
    }
  }

  applyToAllKeys(
    name: string,
    namespace: unknown,
    action: (key: unknown, state: InternalState<unknown>) => void,
  ): void {
    const { table, state } = this.#registered(name)
    if (state === undefined) return
    const context = this.#context
    const { key: keyBefore, keyHash: hashBefore, hasKey } = context
    const { namespaces } = table.types
    const entries = [...table.entryKeys()].filter((entry) => namespaces.equals(entry.namespace, namespace))
    try {
      for (const { key, keyHash } of entries) {
        context.setKey(key, keyHash)
        state.setCurrentNamespace(namespace)
        action(key, state)
      }
    } finally {
      if (hasKey) context.setKey(keyBefore, hashBefore)
      else context.clearKey()
    }
  }

  /** The backend is disposed of: nothing is there any more, nor may be asked for. */
  clear(): void {
    this.#isClosed = true
    this.#states.clear()
  }

  #tellQueryable(queryableName: string, table: T): void {
    this.#parameters.onQueryableState?.({
      queryableName,
      metadata: table.types.metadata,
      writeValueOf: (key, keyHash, output) => table.writeValueOf({ key, keyHash, namespace: VOID_NAMESPACE }, output),
    })
  }

  #existing(requested: StateMetadata): Registered<T> | undefined {
    const { operatorName: operator } = this.#parameters
    if (this.#isClosed) throw new FlinkError('STATE_ASKED_AFTER_CLOSE', { operator, state: requested.name })
    const existing = this.#states.get(requested.name)
    if (existing !== undefined) checkSameState(existing.table.types.metadata, requested, operator)
    return existing
  }

  #registered(name: string): Registered<T> {
    const registered = this.#states.get(name)
    if (registered !== undefined) return registered
    const what = `state '${name}' of ${this.#parameters.operatorName} was not asked for yet`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }

  #explained<R>(state: string, action: () => R): R {
    try {
      return action()
    } catch (error) {
      throw stateNotSerializable(error, state, this.#parameters.operatorName)
    }
  }

  #stateOf(descriptor: StateDescriptor<unknown>, table: T): InternalState<unknown> {
    const { operatorName, registeredTypes } = this.#parameters
    switch (descriptor.kind) {
      case 'list':
        return this.#maker.createListState(table)
      case 'reducing':
        return new KeyedReducingState(table, (descriptor as ReducingStateDescriptor<unknown>).reduceFunction)
      case 'aggregating': {
        const { aggregateFunction } = descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>
        return new KeyedAggregatingState(table, aggregateFunction)
      }
      case 'value':
        return new KeyedValueState(
          table,
          (descriptor as ValueStateDescriptor<unknown>).getDefaultValue(registeredTypes),
        )
      case 'map': {
        const keys = userKeysOf(descriptor as AnyMapStateDescriptor, operatorName, registeredTypes)
        return this.#maker.createMapState(table, keys)
      }
    }
  }
}

/** Undefined where the state cannot be asked about. */
function queryableNameOf(descriptor: StateDescriptor<unknown>, namespaces: AnyNamespaceType): string | undefined {
  const name = descriptor.getQueryableStateName?.() ?? undefined
  if (name === undefined || namespaces === VOID_NAMESPACES) return name
  throw notQueryable(
    descriptor,
    name,
    'it is state of the key and window. Ask for globalState(), which is of the key alone',
  )
}

/** A state that is there keeps its name: also another descriptor may not give it one. */
function checkQueryableName(descriptor: StateDescriptor<unknown>, existing: string | undefined): void {
  const name = descriptor.getQueryableStateName?.() ?? undefined
  if (name === undefined || name === existing) return
  const is = existing === undefined ? 'without one' : `as '${existing}'`
  throw notQueryable(
    descriptor,
    name,
    `the operator has asked for this state before, ${is}. Use one descriptor for both`,
  )
}

function notQueryable({ name: state }: StateDescriptor<unknown>, name: string, reason: string): FlinkError {
  return new FlinkError('QUERYABLE_STATE_INVALID', { state, name: describeValue(name), reason })
}
