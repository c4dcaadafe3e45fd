import type { TransformationSettings } from './transformation.js'

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
    badRecords: undefined,
    ...overrides,
  }
}
