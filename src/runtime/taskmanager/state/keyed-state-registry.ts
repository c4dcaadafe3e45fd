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
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import type { InternalListState, InternalMapState, InternalMergingState, InternalState } from './internal-state.js'
import { KeyContext } from './key-context.js'
import { KeyedAggregatingState } from './keyed-aggregating-state.js'
import type { KeyedPriorityQueue } from './keyed-priority-queue.js'
import { KeyedReducingState } from './keyed-reducing-state.js'
import { KeyedValueState } from './keyed-value-state.js'
import { VOID_NAMESPACE, VOID_NAMESPACES, type AnyNamespaceType, type NamespaceType } from './namespace-type.js'
import { StateValidator } from './schema/state-validator.js'
import { ValidatedKeyedListState } from './schema/validated-keyed-list-state.js'
import { ValidatedMapState } from './schema/validated-map-state.js'
import { ValidatedTable } from './schema/validated-table.js'
import type { QueryableState } from './queryable-state.js'
import type { KeyedStateBackendParameters } from './state-backend.js'
import { stateNotSerializable } from './state-not-serializable.js'
import {
  checkSameState,
  checkSameStored,
  keyedValueSerializer,
  metadataOf,
  queueMetadata,
  restoredReader,
  userKeysOf,
  type AnyMapStateDescriptor,
} from './state-registration.js'
import type { StateTable, StateTypes, StoredTable } from './state-table.js'
import { TimeToLive, type AccessListener, type ExpiringState } from './ttl/time-to-live.js'
import { queriedValues } from './ttl/queried-values.js'
import { TimedStateTable } from './ttl/timed-state-table.js'
import { TtlListState } from './ttl/ttl-list-state.js'
import { TtlMapState } from './ttl/ttl-map-state.js'
import { TtlStateTable } from './ttl/ttl-state-table.js'
import { presence } from './table-priority-queue.js'
import { timerNamespaces } from './timer-namespaces.js'
import type { UserKeys } from './user-map.js'

/** What differs between backends. */
export interface TableMaker<T extends StoredTable> {
  /** Its entries are those that were restored. */
  createTable(types: StateTypes, context: KeyContext): T
  createMapState(table: T, keys: UserKeys): InternalState<unknown>
  createListState(table: T): InternalMergingState<unknown>
  /** What is told of each access to a state with a time to live: absent where nothing happens then. */
  createCleanup?(cleanup: CleanupParameters<T>): AccessListener | undefined
  /** Of a queue in the table, for the current key of `current`; `table` is that of `createTable`, for a context of its own. */
  createQueue(parameters: QueueParameters<T>): KeyedPriorityQueue<unknown>
}

export interface CleanupParameters<T extends StoredTable> {
  readonly table: T
  readonly ttl: TimeToLive
  readonly state: ExpiringState
}

export interface QueueParameters<T extends StoredTable> {
  readonly table: T
  /** Of the table alone: its elements are of any key. */
  readonly tableContext: KeyContext
  /** Of the backend. */
  readonly current: KeyContext
}

interface Registered<T extends StoredTable> {
  readonly table: T
  readonly state: InternalState<unknown> | undefined
  readonly queue: KeyedPriorityQueue<unknown> | undefined
  readonly queryableName?: string | undefined
}

export class KeyedStateRegistry<T extends StoredTable> {
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
      const ttl = this.#timeToLiveOf(descriptor)
      const nowMs = (): number => this.#parameters.processingTime.currentProcessingTime()
      const asked = { descriptor, operator: operatorName, registered: registeredTypes, nowMs }
      const readerOf = (stored: StateMetadata): TypeSerializer<unknown> | undefined =>
        restoredReader(stored, metadata, asked)
      const table = this.#maker.createTable({ metadata, serializer, namespaces, readerOf, ttl }, this.#context)
      return { table, state: this.#stateOf(descriptor, table, ttl), queue: undefined, queryableName }
    })
    this.#states.set(descriptor.name, registered)
    this.#tellAsked(registered.table)
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
    const readerOf = (stored: StateMetadata): undefined => {
      checkSameStored(stored, metadata, this.#parameters.operatorName)
    }
    const table = this.#explained(name, () =>
      this.#maker.createTable({ metadata, serializer: presence, namespaces, readerOf }, tableContext),
    )
    const queue = this.#maker.createQueue({ table, tableContext, current: this.#context })
    this.#states.set(name, { table, state: undefined, queue })
    this.#tellAsked(table)
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

  #tellAsked({ types: { metadata, readerOf } }: T): void {
    this.#parameters.onStateAsked?.({ metadata, check: readerOf })
  }

  #tellQueryable(queryableName: string, table: T): void {
    const { types } = table
    const stored: QueryableState = {
      queryableName,
      metadata: types.metadata,
      writeValueOf: (key, keyHash, output) => table.writeValueOf({ key, keyHash, namespace: VOID_NAMESPACE }, output),
    }
    this.#parameters.onQueryableState?.(types.ttl === undefined ? stored : queriedValues(stored, types, types.ttl))
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

  #timeToLiveOf({ ttlConfig }: StateDescriptor<unknown>): TimeToLive | undefined {
    if (!ttlConfig.isEnabled()) return undefined
    return new TimeToLive(ttlConfig, this.#context, this.#parameters.processingTime)
  }

  #stateOf(descriptor: StateDescriptor<unknown>, table: T, ttl: TimeToLive | undefined): InternalState<unknown> {
    const { operatorName, registeredTypes } = this.#parameters
    const { validate } = descriptor.schema
    const validator = validate === undefined ? undefined : new StateValidator(validate, table.named)
    switch (descriptor.kind) {
      case 'list': {
        const all = this.#maker.createListState(table) as InternalListState
        const list = ttl === undefined ? all : this.#expiring(table, ttl, new TtlListState(all, ttl, table.named))
        return validator === undefined ? list : new ValidatedKeyedListState(list, validator)
      }
      case 'map': {
        const keys = userKeysOf(descriptor as AnyMapStateDescriptor, operatorName, registeredTypes)
        const all = this.#maker.createMapState(table, keys) as InternalMapState
        const map = ttl === undefined ? all : this.#expiring(table, ttl, new TtlMapState(all, ttl, keys.place))
        return validator === undefined ? map : new ValidatedMapState(map, validator)
      }
      default: {
        const one = ttl === undefined ? table : this.#expiring(table, ttl, ttlTable(table, ttl))
        return this.#singleStateOf(descriptor, validator === undefined ? one : new ValidatedTable(one, validator))
      }
    }
  }

  #singleStateOf(descriptor: StateDescriptor<unknown>, table: StateTable): InternalState<unknown> {
    switch (descriptor.kind) {
      case 'reducing':
        return new KeyedReducingState(table, (descriptor as ReducingStateDescriptor<unknown>).reduceFunction)
      case 'aggregating': {
        const { aggregateFunction } = descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>
        return new KeyedAggregatingState(table, aggregateFunction)
      }
      default: {
        const { registeredTypes } = this.#parameters
        const value = descriptor as ValueStateDescriptor<unknown>
        return new KeyedValueState(table, value.getDefaultValue(registeredTypes))
      }
    }
  }

  /** What has expired of the state is removed from here on. */
  #expiring<S extends ExpiringState>(table: T, ttl: TimeToLive, state: S): S {
    ttl.listener = this.#maker.createCleanup?.({ table, ttl, state })
    return state
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

function ttlTable(table: StateTable, ttl: TimeToLive): TimedStateTable | TtlStateTable {
  return table.timed === undefined ? new TtlStateTable(table, ttl) : new TimedStateTable(table.timed, ttl)
}
