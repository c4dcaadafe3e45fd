import { defaultSettings } from '../../../src/api/dag/default-settings.js'
import type { KeySpec } from '../../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import type { PartitionerSpec } from '../../../src/api/dag/partitioner-spec.js'
import type {
  MultipleInputTransformation,
  OneInputTransformation,
  SourceTransformation,
  Transformation,
  TransformationInput,
  TransformationSettings,
} from '../../../src/api/dag/transformation.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'

export type SettingsOverride = Partial<TransformationSettings>

export const byName: KeySpec = { select: (value) => value, path: 'name', kind: 'auto' }

/** Records transformations the way the environment does, without its API. */
export class RecordedProgram {
  readonly transformations: Transformation[] = []
  #nextId = 1

  source(name: string, settings: SettingsOverride = {}, operator: OperatorSpec = sourceOf()): SourceTransformation {
    return this.#add({ ...this.#base(name, settings), type: 'source', operator, bounded: true })
  }

  map(input: Transformation, name: string, settings: SettingsOverride = {}): OneInputTransformation {
    return this.operator(input, name, { kind: 'map', function: { map: (value) => value } }, settings)
  }

  sink(input: Transformation, name: string, settings: SettingsOverride = {}): OneInputTransformation {
    return this.operator(input, name, { kind: 'sink', function: { invoke: () => undefined } }, settings)
  }

  /** keyBy and a reduce on it. */
  reduce(input: Transformation, name: string, settings: SettingsOverride = {}, key = byName): OneInputTransformation {
    const keyed = this.partition(input, { kind: 'hash', key })
    return this.operator(keyed, name, { kind: 'reduce', function: { reduce: (left) => left } }, settings, key)
  }

  operator(
    input: Transformation,
    name: string,
    operator: OperatorSpec,
    settings: SettingsOverride = {},
    key?: KeySpec,
  ): OneInputTransformation {
    return this.#add({ ...this.#base(name, settings), type: 'one-input', input, operator, key })
  }

  /** An operator with as many inputs; a keyed one is partitioned by its key. */
  multipleInput(
    inputs: readonly TransformationInput[],
    name: string,
    operator: OperatorSpec = manyInputs(),
    settings: SettingsOverride = {},
  ): MultipleInputTransformation {
    const partitioned = inputs.map(({ input, key }) => ({
      input: key === undefined ? input : this.partition(input, { kind: 'hash', key }),
      key,
    }))
    return this.#add({ ...this.#base(name, settings), type: 'multiple-input', inputs: partitioned, operator })
  }

  partition(input: Transformation, partitioner: PartitionerSpec): Transformation {
    return this.#add<Transformation>({ ...this.#base('Partition', {}), type: 'partition', input, partitioner })
  }

  union(...inputs: readonly Transformation[]): Transformation {
    return this.#add<Transformation>({ ...this.#base('Union', {}), type: 'union', inputs })
  }

  sideOutput(input: Transformation, tag: string): Transformation {
    return this.#add<Transformation>({ ...this.#base('SideOutput', {}), type: 'side-output', input, tag })
  }

  pipeline(configuration: Readonly<Record<string, string>> = {}): Pipeline {
    return {
      jobName: 'test job',
      transformations: this.transformations,
      registeredTypes: NO_REGISTERED_TYPES,
      configuration: Configuration.fromMap(configuration),
    }
  }

  #add<T extends Transformation>(transformation: T): T {
    this.transformations.push(transformation)
    return transformation
  }

  #base(
    name: string,
    settings: SettingsOverride,
  ): { id: number; settings: TransformationSettings; outputType: undefined } {
    const id = this.#nextId
    this.#nextId += 1
    return { id, settings: defaultSettings(name, settings), outputType: undefined }
  }
}

export function sourceOf(): OperatorSpec {
  return { kind: 'source-function', function: { run: () => undefined } }
}

function manyInputs(): OperatorSpec {
  return { kind: 'factory', factory: { createStreamOperator: () => ({}) }, functions: [] }
}
