import type { OperatorState } from '../storage/checkpoint-metadata.js'

/** Of the keys of all subtasks; undefined where some handle does not say. */
export function keyShapesOf({ subtasks }: OperatorState): readonly string[] | undefined {
  const shapes = new Set<string>()
  for (const { keyShapes } of subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])) {
    if (keyShapes === undefined) return undefined
    for (const shape of keyShapes) shapes.add(shape)
  }
  return [...shapes].sort()
}
