import assert from 'node:assert/strict'
import type { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import type { InternalState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import type {
  KeyedStateBackend,
  SnapshotIncrement,
} from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { NamespaceType } from '../../../../src/runtime/taskmanager/state/namespace-type.js'
import type { KeyedStateBackendParameters } from '../../../../src/runtime/taskmanager/state/state-backend.js'
import type { KeyedStateHandle } from '../../../../src/storage/state-handles.js'
import { SetTime } from '../set-time.js'
import { backendOf, restored, snapshotOf, type BackendUnderTest } from '../state-backend.contract.js'
import type { TtlContext } from './ttl-contexts.js'

export const NAMES: NamespaceType<string> = {
  fingerprint: 'NAME',
  serializer: {
    serialize: (name, output) => {
      output.writeUtf8(name)
    },
    deserialize: (input) => input.readUtf8(),
    copy: (name) => name,
  },
  hash: (name) => hashKey(name, 'auto'),
  equals: (one, other) => one === other,
}

interface StateAndTime {
  readonly kind: BackendUnderTest
  readonly context: TtlContext
  readonly config: StateTtlConfig | undefined
  readonly time: SetTime
  readonly namespaces: NamespaceType<string>
}

/** One state of a context in a backend, whose time is set. */
export class TtlStateUnderTest {
  readonly time = new SetTime()
  readonly context: TtlContext
  readonly #kind: BackendUnderTest
  #config: StateTtlConfig | undefined
  #key = 'defaultKey'
  #backend: KeyedStateBackend
  #state: InternalState<string>
  readonly #namespaces: NamespaceType<string>

  static async start(
    kind: BackendUnderTest,
    context: TtlContext,
    config: StateTtlConfig | undefined,
    namespaces: NamespaceType<string> = NAMES,
  ): Promise<TtlStateUnderTest> {
    const time = new SetTime()
    const backend = await backendOf(kind, { processingTime: time })
    return new TtlStateUnderTest({ kind, context, config, time, namespaces }, backend)
  }

  private constructor({ kind, context, config, time, namespaces }: StateAndTime, backend: KeyedStateBackend) {
    this.#kind = kind
    this.context = context
    this.#config = config
    this.time = time
    this.#namespaces = namespaces
    this.#backend = backend
    this.#state = this.#createState()
  }

  get backend(): KeyedStateBackend {
    return this.#backend
  }

  get state(): InternalState<string> {
    return this.#state
  }

  /** A record comes at this time. */
  at(ms: number): this {
    this.time.ms = ms
    return this.withKey(this.#key)
  }

  withKey(key: string): this {
    this.#key = key
    this.#backend.setCurrentKey(key, hashKey(key, 'auto'))
    return this
  }

  update(value: unknown): void {
    this.context.update(this.#state, value)
  }

  get(): unknown {
    return this.context.get(this.#state)
  }

  assertGives(expected: unknown): void {
    assert.deepEqual(this.get(), expected)
  }

  assertNothingStored(): void {
    assert.equal(this.#backend.numberOfEntries(), 0)
  }

  snapshot(increment?: SnapshotIncrement): Promise<readonly KeyedStateHandle[]> {
    return snapshotOf(this.#backend, increment)
  }

  /** What is there now is gone. The state is of this configuration from here on. */
  async restore(
    handles: readonly KeyedStateHandle[],
    config: StateTtlConfig | undefined = this.#config,
  ): Promise<void> {
    const parameters: Partial<KeyedStateBackendParameters> = { processingTime: this.time }
    this.#config = config
    this.#backend = await restored(this.#kind, [handles], parameters)
    this.#state = this.#createState()
    this.withKey(this.#key)
  }

  async takeAndRestoreSnapshot(): Promise<void> {
    await this.restore(await this.snapshot())
  }

  /** Restores it as one without a time to live. */
  async restoreWithoutTtl(handles: readonly KeyedStateHandle[]): Promise<void> {
    this.#config = undefined
    await this.restore(handles, undefined)
  }

  #createState(): InternalState<string> {
    const descriptor = this.context.createDescriptor()
    if (this.#config !== undefined) descriptor.enableTimeToLive(this.#config)
    const state = this.#backend.getOrCreateKeyedState(descriptor, this.#namespaces)
    state.setCurrentNamespace('defaultNamespace')
    this.#backend.setCurrentKey(this.#key, hashKey(this.#key, 'auto'))
    return state
  }
}
