import type { Transformation, TransformationSettings } from '../dag/transformation.js'

/** Settings of a transformation that nobody has changed yet. */
export function defaultSettings(name: string, overrides: Partial<TransformationSettings> = {}): TransformationSettings {
  return {
    name,
    description: undefined,
    uid: undefined,
    uidHash: undefined,
    parallelism: undefined,
    maxParallelism: undefined,
    slotSharingGroup: undefined,
    chainingStrategy: 'always',
    bufferTimeoutMs: undefined,
    nonParallel: false,
    ...overrides,
  }
}

/** What an environment lets streams do: take numbers, and append what they recorded. */
export interface TransformationRecorder {
  nextId(): number
  /** Virtual nodes (union, partition, side output) are found through their readers and not appended. */
  append(transformation: Transformation): void
}
