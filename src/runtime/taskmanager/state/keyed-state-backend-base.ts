// Duty: the half of a keyed backend that is the same whatever holds the entries: the current key, new keys, states by name.
// Thread: the task worker that owns the operator.
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { KeyShapes } from '../../../core/keygroups/key-shapes.js'
import type { InternalState } from './internal-state.js'
import { KeyContext } from './key-context.js'
import type { KeyedPriorityQueue } from './keyed-priority-queue.js'
import type { KeyedStateRegistry } from './keyed-state-registry.js'
import { VOID_NAMESPACES, type AnyNamespaceType, type NamespaceType } from './namespace-type.js'
import { NewKeys } from './new-keys.js'
import type { KeyedStateBackendParameters } from './state-backend.js'
import type { StoredTable } from './state-table.js'

export abstract class KeyedStateBackendBase<T extends StoredTable> {
  protected abstract readonly states: KeyedStateRegistry<T>
  protected readonly parameters: KeyedStateBackendParameters
  protected readonly context: KeyContext = new KeyContext()
  protected readonly newKeys: NewKeys
  /** States whose keys are told. */
  readonly #counted = new Set<string>()

  constructor(parameters: KeyedStateBackendParameters) {
    this.parameters = parameters
    this.newKeys = new NewKeys(parameters.operatorName, parameters.keyKind)
  }

  countEntriesOf(state: string): void {
    this.#counted.add(state)
  }

  entryCounts(): Readonly<Record<string, number>> | undefined {
    if (this.#counted.size === 0) return undefined
    const counted = this.states.tables().filter(({ types }) => this.#counted.has(types.metadata.name))
    const known = counted.filter(({ size }) => !Number.isNaN(size))
    return Object.fromEntries(known.map(({ types, size }) => [types.metadata.name, size]))
  }

  expectKeys(shapes: readonly string[]): void {
    this.newKeys.expect(new KeyShapes(this.parameters.keyKind, shapes))
  }

  setCurrentKey(key: unknown, keyHash: number): void {
    this.context.setKey(key, keyHash)
  }

  clearCurrentKey(): void {
    this.context.clearKey()
  }

  currentKey(): unknown {
    return this.context.key
  }

  getOrCreateKeyedState(
    descriptor: StateDescriptor<unknown>,
    namespaces: AnyNamespaceType = VOID_NAMESPACES,
  ): InternalState<unknown> {
    return this.states.getOrCreate(descriptor, namespaces)
  }

  getOrCreatePriorityQueue<N>(name: string, namespaces: NamespaceType<N>): KeyedPriorityQueue<N> {
    return this.states.getOrCreateQueue(name, namespaces)
  }

  getKeys(state: string, namespace: unknown): Iterable<unknown> {
    return this.states.getKeys(state, namespace)
  }

  applyToAllKeys(
    state: string,
    namespace: unknown,
    action: (key: unknown, state: InternalState<unknown>) => void,
  ): void {
    this.states.applyToAllKeys(state, namespace, action)
  }
}
