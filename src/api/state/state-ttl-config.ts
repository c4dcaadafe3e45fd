import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { Duration, toMilliseconds, type DurationLike } from '../eventtime/time.js'
import { TtlCleanupStrategies, type IncrementalCleanupStrategy } from './ttl-cleanup-strategies.js'

/** When the last access time of a value is set anew, which prolongs its life. */
export type TtlUpdateType = 'Disabled' | 'OnCreateAndWrite' | 'OnReadAndWrite'

/** Whether a value that has expired, and was not removed yet, is still given out. */
export type TtlStateVisibility = 'ReturnExpiredIfNotCleanedUp' | 'NeverReturnExpired'

/** What a time to live is counted by. */
export type TtlTimeCharacteristic = 'ProcessingTime'

const MOST_ENTRIES = 1_000_000
/** Flink's, where an incremental cleanup is asked for by default. */
const DEFAULT_INCREMENTAL: IncrementalCleanupStrategy = { cleanupSize: 5, runCleanupForEveryRecord: false }

const UPDATE_TYPES: { readonly [T in TtlUpdateType]: T } = {
  Disabled: 'Disabled',
  OnCreateAndWrite: 'OnCreateAndWrite',
  OnReadAndWrite: 'OnReadAndWrite',
}
const VISIBILITIES: { readonly [V in TtlStateVisibility]: V } = {
  ReturnExpiredIfNotCleanedUp: 'ReturnExpiredIfNotCleanedUp',
  NeverReturnExpired: 'NeverReturnExpired',
}
const CHARACTERISTICS: { readonly [C in TtlTimeCharacteristic]: C } = { ProcessingTime: 'ProcessingTime' }

interface TtlSettings {
  readonly ttlMs: number
  readonly updateType: TtlUpdateType
  readonly stateVisibility: TtlStateVisibility
  readonly cleanupStrategies: TtlCleanupStrategies
}

/**
 * Builds a {@link StateTtlConfig}: values live from their last write, are never given out after their end, and are removed in the
 * background, unless it is told otherwise. Every method but `build` gives the builder back.
 *
 * @example
 * ```ts
 * import { Duration, StateTtlConfig, type StateTtlConfigBuilder } from 'flink-ts'
 * import type { TtlStateVisibility, TtlTimeCharacteristic, TtlUpdateType } from 'flink-ts'
 *
 * const updateType: TtlUpdateType = StateTtlConfig.UpdateType.OnReadAndWrite
 * const visibility: TtlStateVisibility = StateTtlConfig.StateVisibility.ReturnExpiredIfNotCleanedUp
 * const time: TtlTimeCharacteristic = 'ProcessingTime'
 * const builder: StateTtlConfigBuilder = StateTtlConfig.newBuilder(Duration.ofHours(1))
 * builder.setUpdateType(updateType).setStateVisibility(visibility).setTtlTimeCharacteristic(time)
 * const config = builder.cleanupIncrementally(10, true).build()
 * ```
 */
export class StateTtlConfigBuilder {
  #ttlMs: number
  #updateType: TtlUpdateType = 'OnCreateAndWrite'
  #stateVisibility: TtlStateVisibility = 'NeverReturnExpired'
  #inFullSnapshot = false
  #inBackground = true
  #incremental: IncrementalCleanupStrategy | undefined
  #inCompactFilter = false

  constructor(ttl: DurationLike) {
    this.#ttlMs = lifetimeMs(ttl)
  }

  /** `StateTtlConfig.UpdateType`: `OnCreateAndWrite` unless it is set; `Disabled` is no time to live at all. */
  setUpdateType(updateType: TtlUpdateType): this {
    this.#updateType = oneOf(UPDATE_TYPES, updateType, 'UpdateType')
    return this
  }

  updateTtlOnCreateAndWrite(): this {
    return this.setUpdateType('OnCreateAndWrite')
  }

  updateTtlOnReadAndWrite(): this {
    return this.setUpdateType('OnReadAndWrite')
  }

  /** `StateTtlConfig.StateVisibility`: `NeverReturnExpired` unless it is set. */
  setStateVisibility(stateVisibility: TtlStateVisibility): this {
    this.#stateVisibility = oneOf(VISIBILITIES, stateVisibility, 'StateVisibility')
    return this
  }

  returnExpiredIfNotCleanedUp(): this {
    return this.setStateVisibility('ReturnExpiredIfNotCleanedUp')
  }

  neverReturnExpired(): this {
    return this.setStateVisibility('NeverReturnExpired')
  }

  /** Processing time is the only one. */
  setTtlTimeCharacteristic(characteristic: TtlTimeCharacteristic): this {
    oneOf(CHARACTERISTICS, characteristic, 'TtlTimeCharacteristic')
    return this
  }

  useProcessingTime(): this {
    return this
  }

  /** Snapshots that hold all of the state leave out what has expired, and so does a restore. */
  cleanupFullSnapshot(): this {
    this.#inFullSnapshot = true
    return this
  }

  /**
   * State on the heap: each access looks at `cleanupSize` further entries and removes those that have expired; with
   * `runCleanupForEveryRecord` each record does so, whether it uses the state or not. 5 and false unless it is called.
   */
  cleanupIncrementally(cleanupSize: number, runCleanupForEveryRecord: boolean): this {
    this.#incremental = { cleanupSize: entriesAStep(cleanupSize), runCleanupForEveryRecord }
    return this
  }

  /**
   * State on the disk: entries that have expired are removed between records, a bounded number a second, on a way through the
   * store that begins anew when it is over. That is so by default. Flink's filter runs in compactions of RocksDB, which call no JavaScript;
   * after how many entries it asks for the time has no meaning here.
   */
  cleanupInRocksdbCompactFilter(queryTimeAfterNumEntries?: number, periodicCompactionTime?: DurationLike): this {
    if (queryTimeAfterNumEntries !== undefined) entriesAStep(queryTimeAfterNumEntries)
    if (periodicCompactionTime !== undefined) lifetimeMs(periodicCompactionTime)
    this.#inCompactFilter = true
    return this
  }

  /** Nothing is removed but what an access finds expired, and what is asked for beside this. */
  disableCleanupInBackground(): this {
    this.#inBackground = false
    return this
  }

  setTtl(ttl: DurationLike): this {
    this.#ttlMs = lifetimeMs(ttl)
    return this
  }

  build(): StateTtlConfig {
    const incremental = this.#incremental ?? (this.#inBackground ? DEFAULT_INCREMENTAL : undefined)
    return new StateTtlConfig({
      ttlMs: this.#ttlMs,
      updateType: this.#updateType,
      stateVisibility: this.#stateVisibility,
      cleanupStrategies: new TtlCleanupStrategies({
        inFullSnapshot: this.#inFullSnapshot,
        isInBackground: this.#inBackground,
        incremental,
        inCompactFilter: this.#inCompactFilter || this.#inBackground,
      }),
    })
  }
}

/**
 * How long values of a keyed state live: as ValueState, ReducingState or AggregatingState the value, as ListState each element, as
 * MapState each entry. Time is processing time, that of the clock of the job. What has expired is not there for a function, and is
 * removed by the access that finds it, by snapshots if `cleanupFullSnapshot` says so, and in the background.
 *
 * The time of the last access is stored with each value (8 bytes in a snapshot). A time to live may be given to a state that was stored
 * without one, of which all values then live from the restore on, and may be taken away again.
 *
 * @example
 * ```ts
 * import { Duration, StateTtlConfig, Types, ValueStateDescriptor } from 'flink-ts'
 *
 * const ttlConfig = StateTtlConfig.newBuilder(Duration.ofSeconds(1))
 *   .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
 *   .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
 *   .build()
 * const descriptor = new ValueStateDescriptor('text state', Types.STRING)
 * descriptor.enableTimeToLive(ttlConfig)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl
 */
export class StateTtlConfig {
  static readonly UpdateType: { readonly [T in TtlUpdateType]: T } = UPDATE_TYPES
  static readonly StateVisibility: { readonly [V in TtlStateVisibility]: V } = VISIBILITIES
  static readonly TtlTimeCharacteristic: { readonly [C in TtlTimeCharacteristic]: C } = CHARACTERISTICS
  /** That of a descriptor which was given none. */
  static readonly DISABLED: StateTtlConfig = new StateTtlConfig({
    ttlMs: Number.MAX_SAFE_INTEGER,
    updateType: 'Disabled',
    stateVisibility: 'NeverReturnExpired',
    cleanupStrategies: new TtlCleanupStrategies({
      inFullSnapshot: false,
      isInBackground: false,
      incremental: undefined,
      inCompactFilter: false,
    }),
  })

  readonly #settings: TtlSettings

  /** For the builder. */
  constructor(settings: TtlSettings) {
    this.#settings = settings
  }

  /** `ttl`: ms from the last access on, more than 0, else GRAPH_INVALID. */
  static newBuilder(ttl: DurationLike): StateTtlConfigBuilder {
    return new StateTtlConfigBuilder(ttl)
  }

  getUpdateType(): TtlUpdateType {
    return this.#settings.updateType
  }

  getStateVisibility(): TtlStateVisibility {
    return this.#settings.stateVisibility
  }

  getTimeToLive(): Duration {
    return Duration.ofMillis(this.#settings.ttlMs)
  }

  getTtlTimeCharacteristic(): TtlTimeCharacteristic {
    return 'ProcessingTime'
  }

  isEnabled(): boolean {
    return this.#settings.updateType !== 'Disabled'
  }

  getCleanupStrategies(): TtlCleanupStrategies {
    return this.#settings.cleanupStrategies
  }

  toString(): string {
    const { updateType, stateVisibility, ttlMs } = this.#settings
    const of = `updateType=${updateType}, stateVisibility=${stateVisibility}, ttlTimeCharacteristic=ProcessingTime`
    return `StateTtlConfig{${of}, ttl=${String(ttlMs)} ms}`
  }
}

/** Plain JavaScript gives anything: what is no StateTtlConfig is GRAPH_INVALID. */
export function checkedTtlConfig(state: string, ttlConfig: unknown): StateTtlConfig {
  if (ttlConfig instanceof StateTtlConfig) return ttlConfig
  const wanted = 'a StateTtlConfig, such as StateTtlConfig.newBuilder(Duration.ofHours(1)).build()'
  const reason = `it takes ${wanted}, and it was given ${describeValue(ttlConfig)}`
  throw new FlinkError('GRAPH_INVALID', { operator: `enableTimeToLive(...) of state '${state}'`, reason })
}

function lifetimeMs(ttl: DurationLike): number {
  const ms = toMilliseconds(ttl)
  if (ms > 0) return ms
  throw invalid(`a time to live is more than 0 ms, and it was given ${String(ms)} ms`)
}

function entriesAStep(count: number): number {
  if (Number.isSafeInteger(count) && count > 0 && count <= MOST_ENTRIES) return count
  throw invalid(
    `a number of entries is a whole one from 1 to ${String(MOST_ENTRIES)}, and it was given ${describeValue(count)}`,
  )
}

function oneOf<T extends string>(known: Readonly<Record<T, T>>, given: T, name: string): T {
  if (Object.hasOwn(known, given)) return given
  const all = Object.keys(known).map((each) => `StateTtlConfig.${name}.${each}`)
  throw invalid(`${name} is ${all.join(' or ')}, and it was given ${describeValue(given)}`)
}

function invalid(reason: string): FlinkError<'GRAPH_INVALID'> {
  return new FlinkError('GRAPH_INVALID', { operator: 'StateTtlConfig', reason })
}
