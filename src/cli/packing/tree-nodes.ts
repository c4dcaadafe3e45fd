// Questions to nodes of a syntax tree, whatever they are.
import type { Node } from 'acorn'

export function fieldOf(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null
    ? (node as Node & Readonly<Record<string, unknown>>)[name]
    : undefined
}

export function isOfType(node: unknown, type: string): boolean {
  return fieldOf(node, 'type') === type
}

/** Of a literal, or of a template without holes. */
export function textOf(node: unknown): string | undefined {
  const value = fieldOf(node, 'value')
  if (isOfType(node, 'Literal') && typeof value === 'string') return value
  const quasis = listIn(node, 'quasis')
  return quasis.length === 1 ? cookedOf(quasis[0]) : undefined
}

/** Of a piece of a template. */
export function cookedOf(quasi: unknown): string | undefined {
  const cooked = fieldOf(fieldOf(quasi, 'value'), 'cooked')
  return typeof cooked === 'string' ? cooked : undefined
}

export function listIn(node: unknown, name: string): readonly unknown[] {
  const list = fieldOf(node, name)
  return Array.isArray(list) ? (list as readonly unknown[]) : []
}

export function nameOf(node: unknown): string | undefined {
  const name = fieldOf(node, 'name')
  return isOfType(node, 'Identifier') && typeof name === 'string' ? name : undefined
}

export function isMember(node: unknown, object: string, property: string): boolean {
  if (!isOfType(node, 'MemberExpression')) return false
  return nameOf(fieldOf(node, 'object')) === object && nameOf(fieldOf(node, 'property')) === property
}

/** `import.meta.<property>` */
export function isMemberOfMeta(node: unknown, property: string): boolean {
  if (!isOfType(node, 'MemberExpression')) return false
  return isOfType(fieldOf(node, 'object'), 'MetaProperty') && nameOf(fieldOf(node, 'property')) === property
}
