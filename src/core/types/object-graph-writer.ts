import { LEAF, NODE, errorOfPrototype, typedArrayOfPrototype, type GraphNode } from './object-graph.js'
import { childrenFirst } from './object-graph-order.js'
import { isExactString, isInt64 } from './plain-value.js'
import type { RegisteredClass, RegisteredTypes } from './registered-types.js'
import { ValueNotSerializableError } from './value-not-serializable-error.js'

const BIGINT_RADIX = 32
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** Where an object was first met, for the message when something in it is refused. */
interface Place {
  readonly parent: Place | undefined
  readonly step: string
}

/**
 * Flattens a value into the nodes of object-graph.ts: shared and cyclic references, Map, Set, errors, holes and all
 * else that structured clone knows, and instances of registered classes. Functions, symbols, instances of other classes
 * and the like are refused with their path.
 */
export class ObjectGraphWriter {
  readonly #indexes = new Map<object, number>()
  readonly #queue: object[] = []
  readonly #places: Place[] = []
  readonly #registered: RegisteredTypes
  #hasForms = false

  private constructor(registered: RegisteredTypes) {
    this.#registered = registered
  }

  static flatten(value: unknown, registered: RegisteredTypes): readonly GraphNode[] {
    return new ObjectGraphWriter(registered).#flatten(value)
  }

  #flatten(value: unknown): readonly GraphNode[] {
    if (typeof value !== 'object' || value === null) return [[this.#slot(value, undefined, '')]]
    this.#slot(value, undefined, '')
    const nodes: GraphNode[] = []
    for (let index = 0; index < this.#queue.length; index += 1) {
      const object = this.#queue[index]
      const place = this.#places[index]
      if (object !== undefined && place !== undefined) nodes.push(this.#node(object, place))
    }
    if (this.#hasForms) childrenFirst(nodes, (index) => this.#refuseCycle(index))
    return nodes
  }

  #slot(value: unknown, parent: Place | undefined, step: string): unknown {
    switch (typeof value) {
      case 'string':
        return isExactString(value) ? value : [LEAF.utf16, Buffer.from(value, 'utf16le')]
      case 'number':
        return Object.is(value, -0) ? [LEAF.negativeZero] : value
      case 'bigint':
        return isInt64(value) ? value : [LEAF.bigint, value.toString(BIGINT_RADIX)]
      case 'boolean':
      case 'undefined':
        return value
      case 'function':
      case 'symbol':
        throw new ValueNotSerializableError(pathOf({ parent, step }), `a ${typeof value}`)
      case 'object':
        return value === null ? null : [this.#indexOf(value, parent, step)]
    }
  }

  #indexOf(value: object, parent: Place | undefined, step: string): number {
    let index = this.#indexes.get(value)
    if (index === undefined) {
      index = this.#queue.push(value) - 1
      this.#places.push({ parent, step })
      this.#indexes.set(value, index)
    }
    return index
  }

  #node(value: object, place: Place): GraphNode {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#fields([NODE.object], value, place)
    if (prototype === null) return this.#fields([NODE.nullObject], value, place)
    if (prototype === Array.prototype) return this.#array(value as readonly unknown[], place)
    if (prototype === Map.prototype) return this.#map(value as ReadonlyMap<unknown, unknown>, place)
    if (prototype === Set.prototype) return this.#set(value as ReadonlySet<unknown>, place)
    if (prototype === Date.prototype) return [NODE.date, (value as Date).getTime()]
    if (prototype === RegExp.prototype) {
      const pattern = value as RegExp
      return [NODE.regExp, this.#slot(pattern.source, place, '.source'), pattern.flags]
    }
    const error = errorOfPrototype(prototype)
    if (error !== undefined) return this.#error([NODE.error, error.name], value as Error, place)
    const registered = this.#registered.ofPrototype(prototype)
    return registered === undefined ? binaryNode(value, prototype, place) : this.#instance(value, registered, place)
  }

  #instance(value: object, { name, form, isError }: RegisteredClass, place: Place): GraphNode {
    if (form !== undefined) {
      this.#hasForms = true
      return [NODE.formed, name, this.#slot(form.toPlain(value), place, '.toPlain()')]
    }
    if (isError) return this.#error([NODE.registeredError, name], value as Error, place)
    return this.#fields([NODE.instance, name], value, place)
  }

  /** An instance can be made of its plain form only when that is there already. */
  #refuseCycle(index: number): never {
    const [object, place] = [this.#queue[index], this.#places[index]]
    const kind = `${instanceName(Object.getPrototypeOf(object))} whose plain form contains it`
    throw new ValueNotSerializableError(pathOf(place), kind)
  }

  #fields(node: unknown[], value: object, place: Place): GraphNode {
    refuseSymbolKeys(value, place)
    const fields = value as Readonly<Record<string, unknown>>
    for (const key of Object.keys(fields)) {
      const step = IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
      node.push(this.#slot(key, place, step), this.#slot(fields[key], place, step))
    }
    return node
  }

  #array(elements: readonly unknown[], place: Place): GraphNode {
    refuseSymbolKeys(elements, place)
    const keys = Object.keys(elements)
    const isDense = keys.length === elements.length && (keys.at(-1) ?? '-1') === String(elements.length - 1)
    const step = (key: string | number): string =>
      IDENTIFIER.test(String(key)) ? `.${String(key)}` : `[${String(key)}]`
    if (isDense) return [NODE.array, ...elements.map((element, index) => this.#slot(element, place, step(index)))]
    const node: unknown[] = [NODE.sparseArray, elements.length]
    const fields = elements as unknown as Readonly<Record<string, unknown>>
    for (const key of keys) {
      node.push(this.#slot(key, place, step(key)), this.#slot(fields[key], place, step(key)))
    }
    return node
  }

  #map(entries: ReadonlyMap<unknown, unknown>, place: Place): GraphNode {
    const node: unknown[] = [NODE.map]
    let index = 0
    for (const [key, value] of entries) {
      const name = typeof key === 'string' || typeof key === 'number' ? JSON.stringify(key) : `key ${String(index)}`
      node.push(this.#slot(key, place, `.keys()[${String(index)}]`), this.#slot(value, place, `.get(${name})`))
      index += 1
    }
    return node
  }

  #set(values: ReadonlySet<unknown>, place: Place): GraphNode {
    const node: unknown[] = [NODE.set]
    for (const value of values) node.push(this.#slot(value, place, `.values()[${String(node.length - 1)}]`))
    return node
  }

  /** What is enumerable was put there by somebody and goes with the fields; the rest is what the language defines. */
  #error(head: readonly [kind: string, constructor: string], error: Error, place: Place): GraphNode {
    const isBuiltIn = (key: string): boolean => Object.getOwnPropertyDescriptor(error, key)?.enumerable === false
    const text = (key: 'name' | 'message' | 'stack'): unknown => {
      const value: unknown = isBuiltIn(key) ? error[key] : null
      return typeof value === 'string' ? this.#slot(value, place, `.${key}`) : null
    }
    const hasCause = isBuiltIn('cause')
    const cause = hasCause ? this.#slot(error.cause, place, '.cause') : null
    const node = [...head, text('name'), text('message'), text('stack'), hasCause, cause]
    return this.#fields(node, error, place)
  }
}

function binaryNode(value: object, prototype: unknown, place: Place): GraphNode {
  if (prototype === Buffer.prototype) return [NODE.buffer, value]
  if (prototype === ArrayBuffer.prototype) return [NODE.arrayBuffer, Buffer.from(value as ArrayBuffer)]
  if (prototype === DataView.prototype) return [NODE.dataView, bytesOf(value as DataView)]
  const typedArray = typedArrayOfPrototype(prototype)
  if (typedArray !== undefined) return [NODE.typedArray, typedArray.name, bytesOf(value as ArrayBufferView)]
  throw new ValueNotSerializableError(pathOf(place), instanceName(prototype))
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

function instanceName(prototype: unknown): string {
  const constructor = (prototype as { readonly constructor?: unknown }).constructor
  const name = typeof constructor === 'function' ? constructor.name : ''
  return name === '' ? 'an instance of a class without a name' : `an instance of ${name}`
}

function refuseSymbolKeys(value: object, place: Place): void {
  const symbol = Object.getOwnPropertySymbols(value)[0]
  if (symbol === undefined) return
  throw new ValueNotSerializableError(pathOf(place), `an object with a symbol as a key (${String(symbol)})`)
}

function pathOf(place: Place | undefined): string {
  const steps: string[] = []
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) steps.push(at.step)
  const path = steps.reverse().join('')
  return path === '' ? 'the value' : path.replace(/^\./, '')
}
