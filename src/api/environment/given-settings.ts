import { Configuration } from '../../core/config/configuration.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import {
  FileSystemCheckpointStorage,
  JobManagerCheckpointStorage,
  type CheckpointStorage,
} from './checkpoint-storages.js'
import type { RestartStrategyConfiguration } from './restart-strategies.js'
import { EmbeddedRocksDBStateBackend } from './rocksdb-state-backends.js'
import { FsStateBackend, HashMapStateBackend, MemoryStateBackend, type StateBackend } from './state-backends.js'

/** Options of a program, as they stand in `flink-conf.yaml`: whole keys, each with its value. */
export type GivenOptions = Readonly<Record<string, string | number | boolean | undefined>>

interface Settings {
  applyTo(configuration: Configuration): void
}

/** How each kind is told from the others: all of them write themselves into a configuration. */
const KINDS = {
  setStateBackend: [MemoryStateBackend, FsStateBackend, HashMapStateBackend, EmbeddedRocksDBStateBackend],
  'getCheckpointConfig().setCheckpointStorage': [JobManagerCheckpointStorage, FileSystemCheckpointStorage],
} as const

/** What a program set as its state backend; GRAPH_INVALID where it is something else. */
export function checkedStateBackend(backend: StateBackend): StateBackend {
  return checked('setStateBackend', 'a state backend, such as new HashMapStateBackend()', backend)
}

/** What a program set as its checkpoint storage, of which a text is the directory; GRAPH_INVALID where it is something else. */
export function checkedCheckpointStorage(storage: CheckpointStorage | string): CheckpointStorage {
  if (typeof storage === 'string') return new FileSystemCheckpointStorage(storage)
  const expected = 'a directory or a storage, such as new JobManagerCheckpointStorage()'
  return checked('getCheckpointConfig().setCheckpointStorage', expected, storage)
}

/** What a program set as its restart strategy; GRAPH_INVALID where it is something else. */
export function checkedStrategy(strategy: RestartStrategyConfiguration): RestartStrategyConfiguration {
  return checked('setRestartStrategy', 'a strategy, such as RestartStrategies.noRestart()', strategy)
}

/**
 * What a program gave as configuration: one, or options by their keys, of which undefined ones are not set. GRAPH_INVALID
 * where it is something else. `place`: the method that was called.
 */
export function givenConfiguration(conf: Configuration | GivenOptions, place: string): Configuration {
  if (conf instanceof Configuration) return conf
  if (!isPlain(conf)) throw invalid(place, `it takes a Configuration or an object of options, ${SAMPLE}`, conf)
  const configuration = new Configuration()
  for (const [key, value] of Object.entries<unknown>(conf)) {
    if (value !== undefined) configuration.setString(key, optionText(key, value, place))
  }
  return configuration
}

function optionText(key: string, value: unknown, place: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const reason = `the value of ${key} has to be a text, number or boolean, and keys are written whole, ${SAMPLE}`
  throw invalid(place, reason, value)
}

const SAMPLE = "such as { 'state.backend.type': 'rocksdb' }"

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function checked<T extends Settings>(place: string, expected: string, settings: T): T {
  const given: unknown = settings
  const isApplied =
    typeof given === 'object' && given !== null && 'applyTo' in given && typeof given.applyTo === 'function'
  if (!isApplied) throw invalid(place, `it takes ${expected}`, given)
  const meant = Object.entries(KINDS).find(([, classes]) => classes.some((kind) => given instanceof kind))?.[0]
  if (meant === undefined || meant === place) return settings
  throw invalid(place, `it takes ${expected}; with this object call ${meant}`, given)
}

function invalid(operator: string, reason: string, given: unknown): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator, reason: `${reason}, and was given ${describeValue(given)}` })
}
