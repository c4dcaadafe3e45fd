// Duty: knows the objects that the functions of a program's earlier runs in this thread are made of.
// Invariants: weak, so that nothing lives longer for it. Sees the fields of function objects and what they hold; not what a
// closure or a private #field holds. Reads no getter.
// Thread: the task worker.
import { functionsOf } from '../../../api/dag/operator-spec.js'
import { DeclaredType } from '../../../api/types/declared-type.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'

/** Of one graph. More than any function needs to be told from another one; a table of a million rows is not looked through. */
const MOST_OBJECTS = 10_000

export class FunctionClaims {
  readonly #functions = new WeakSet()
  readonly #held = new WeakSet()

  /** Name of an operator whose function object an earlier run has used. */
  operatorWithUsedFunction(graph: ProgramGraph): string | undefined {
    return functionObjectsOf(graph).find(([, object]) => this.#functions.has(object))?.[0]
  }

  /** Whether a function object, or anything that one holds in its fields, was part of an earlier run. */
  sharesObjects(graph: ProgramGraph): boolean {
    return objectsHeldBy(graph).some((object) => this.#held.has(object))
  }

  add(graph: ProgramGraph): void {
    for (const [, object] of functionObjectsOf(graph)) this.#functions.add(object)
    for (const object of objectsHeldBy(graph)) this.#held.add(object)
  }
}

/** A plain function has no fields to open or to write. */
function functionObjectsOf(graph: ProgramGraph): [operator: string, object: object][] {
  return [...graph.operators.values()].flatMap(({ name, spec }) =>
    functionsOf(spec)
      .filter((each) => typeof each === 'object')
      .map((each): [string, object] => [name, each]),
  )
}

/** Objects that could be changed, each once. */
function objectsHeldBy(graph: ProgramGraph): object[] {
  const found = new Set(functionObjectsOf(graph).map(([, object]) => object))
  for (const object of found) {
    if (found.size >= MOST_OBJECTS) break
    for (const value of valuesIn(object)) {
      if (typeof value === 'object' && value !== null && !belongsToAll(value)) found.add(value)
    }
  }
  return [...found].filter((object) => !Object.isFrozen(object))
}

function valuesIn(object: object): Iterable<unknown> {
  if (Array.isArray(object)) return object.slice(0, MOST_OBJECTS) as unknown[]
  if (object instanceof Map) return [...entriesOf(object)].flat()
  if (object instanceof Set) return object
  if (ArrayBuffer.isView(object)) return []
  return fieldsOf(object)
}

function* entriesOf(map: ReadonlyMap<unknown, unknown>): Generator<[unknown, unknown]> {
  let count = 0
  for (const entry of map) {
    yield entry
    count += 1
    if (count >= MOST_OBJECTS) return
  }
}

/** None of an object that cannot be looked at, such as a proxy that throws. */
function fieldsOf(object: object): unknown[] {
  try {
    return Object.keys(object)
      .slice(0, MOST_OBJECTS)
      .map((name): unknown => Object.getOwnPropertyDescriptor(object, name)?.value)
  } catch {
    return []
  }
}

/** The types of the engine, `console`, `process` and their like are the same for everybody. */
function belongsToAll(object: object): boolean {
  return object instanceof DeclaredType || GLOBALS.has(object)
}

const GLOBALS: ReadonlySet<unknown> = new Set([
  ...Object.values(Object.getOwnPropertyDescriptors(globalThis)).map(({ value }): unknown => value),
  // A getter, as are those of the parts of Node that are loaded with their first use.
  globalThis.process,
])
