import { isReference, type RowField, type RowShape } from './row-shape.js'

/** How a row with one object in two places is found: `compared` with each other where their number is known. */
export type ReferenceChecks = 'none' | 'compared' | 'seen'

/** So many references of a row are compared each with each. */
const MAX_COMPARED = 12

export function referenceChecks(kind: RowShape): ReferenceChecks {
  const count = countReferences(kind)
  if (count < 2) return 'none'
  return count > MAX_COMPARED || hasCollectedReferences(kind) ? 'seen' : 'compared'
}

/** True when some references are elements, so that nobody knows how many there are. */
function hasCollectedReferences(kind: RowShape): boolean {
  if (typeof kind === 'string') return false
  if ('nullable' in kind) return hasCollectedReferences(kind.nullable)
  if ('object' in kind) return kind.object.some(([, field]) => hasCollectedReferences(field))
  if ('instance' in kind) return kind.instance[1].some(([, field]) => hasCollectedReferences(field))
  if ('tuple' in kind) return kind.tuple.some(hasCollectedReferences)
  if ('list' in kind) return kind.list !== null && isReference(kind.list)
  return 'set' in kind ? isReference(kind.set) : kind.map.some(isReference)
}

/** More than one reference: two of them could be the same object. A collection of references counts as many. */
function countReferences(kind: RowShape): number {
  if (typeof kind === 'string') return kind === 'date' ? 1 : 0
  if ('nullable' in kind) return countReferences(kind.nullable)
  if ('object' in kind) return countInFields(kind.object)
  if ('instance' in kind) return countInFields(kind.instance[1])
  if ('tuple' in kind) return 1 + sum(kind.tuple.map(countReferences))
  if ('list' in kind) return kind.list !== null && isReference(kind.list) ? 2 : 1
  if ('set' in kind) return isReference(kind.set) ? 2 : 1
  return kind.map.some(isReference) ? 2 : 1
}

function countInFields(fields: readonly RowField[]): number {
  return 1 + sum(fields.map(([, field]) => countReferences(field)))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
