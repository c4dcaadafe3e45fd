import { FlinkError } from '../errors/flink-error.js'
import { ClassNotRegisteredError } from './class-not-registered-error.js'
import { LEAF, NODE, errorNamed, typedArrayNamed, type GraphNode } from './object-graph.js'
import { childrenFirst } from './object-graph-order.js'
import type { RegisteredClass, RegisteredTypes } from './registered-types.js'

const BIGINT_RADIX = 32

/**
 * Builds the value again that ObjectGraphWriter has flattened: first all objects, empty, then what they hold. An instance
 * that is made of its plain form comes when all that the form holds is there, and before what holds the instance.
 */
export class ObjectGraphReader {
  readonly #nodes: readonly GraphNode[]
  readonly #objects: unknown[] = []
  readonly #registered: RegisteredTypes
  #hasForms = false

  private constructor(nodes: readonly GraphNode[], registered: RegisteredTypes) {
    this.#nodes = nodes
    this.#registered = registered
  }

  static restore(nodes: readonly GraphNode[], registered: RegisteredTypes): unknown {
    return new ObjectGraphReader(nodes, registered).#restore()
  }

  #restore(): unknown {
    const root = this.#nodes[0]
    if (root?.length === 1 && !isContainer(root[0])) return this.#slot(root[0])
    for (const node of this.#nodes) this.#objects.push(this.#create(node))
    if (this.#hasForms) for (const index of childrenFirst(this.#nodes, refuseCycle)) this.#fillAt(index)
    else for (let index = 0; index < this.#nodes.length; index += 1) this.#fillAt(index)
    return this.#objects[0]
  }

  #slot(slot: unknown): unknown {
    if (!Array.isArray(slot)) return slot
    const [first, second] = slot as readonly unknown[]
    if (typeof first === 'number') return this.#objects[first]
    if (first === LEAF.negativeZero) return -0
    if (first === LEAF.bigint) return parseBigInt(String(second))
    if (first === LEAF.utf16 && Buffer.isBuffer(second)) return second.toString('utf16le')
    throw damaged(`a leaf of kind ${String(first)}`)
  }

  #fillAt(index: number): void {
    const node = this.#nodes[index]
    if (node === undefined) return
    if (node[0] === NODE.formed) this.#objects[index] = this.#formed(node)
    else this.#fill(this.#objects[index], node)
  }

  #formed([, name, plain]: GraphNode): unknown {
    const { form } = this.#class(name)
    if (form !== undefined) return form.fromPlain(this.#slot(plain))
    const how = 'with a serializer, and is registered without one now'
    throw new FlinkError('TYPE_REGISTRATION_INVALID', {
      type: String(name),
      reason: `its instances were written ${how}`,
    })
  }

  #class(name: unknown): RegisteredClass {
    const registered = this.#registered.named(name)
    if (registered === undefined) throw new ClassNotRegisteredError(String(name))
    return registered
  }

  #create(node: GraphNode): unknown {
    const [kind, first, second] = node
    switch (kind) {
      case NODE.object:
        return {}
      case NODE.nullObject:
        return Object.create(null)
      case NODE.array:
        return []
      case NODE.sparseArray:
        return new Array(Number(first))
      case NODE.map:
        return new Map()
      case NODE.set:
        return new Set()
      case NODE.date:
        return new Date(Number(first))
      case NODE.regExp:
        return new RegExp(String(this.#slot(first)), String(second))
      case NODE.error:
        return createError(first)
      case NODE.instance:
        return Object.create(this.#class(first).prototype) as unknown
      case NODE.formed:
        this.#hasForms = true
        return undefined
      case NODE.registeredError:
        return Object.setPrototypeOf(new Error(), this.#class(first).prototype) as unknown
      default:
        return createBinary(node)
    }
  }

  #fill(object: unknown, node: GraphNode): void {
    if (node[0] === NODE.array && Array.isArray(object)) {
      for (let index = 1; index < node.length; index += 1) object.push(this.#slot(node[index]))
    } else if (node[0] === NODE.object || node[0] === NODE.nullObject) {
      this.#fillFields(object as object, node, 1)
    } else if (node[0] === NODE.sparseArray || node[0] === NODE.instance) {
      this.#fillFields(object as object, node, 2)
    } else if (object instanceof Map) {
      for (let index = 1; index < node.length; index += 2)
        object.set(this.#slot(node[index]), this.#slot(node[index + 1]))
    } else if (object instanceof Set) {
      for (let index = 1; index < node.length; index += 1) object.add(this.#slot(node[index]))
    } else if (node[0] === NODE.error || node[0] === NODE.registeredError) {
      this.#fillError(object as Error, node)
    }
  }

  #fillFields(object: object, node: GraphNode, start: number): void {
    const isPlain = node[0] === NODE.object || node[0] === NODE.nullObject
    for (let index = start; index < node.length; index += 2) {
      const key = String(this.#slot(node[index]))
      const value = this.#slot(node[index + 1])
      // By assignment only where no prototype can take it: it is several times as fast.
      if (isPlain && key !== '__proto__') (object as Record<string, unknown>)[key] = value
      else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
    }
  }

  #fillError(error: Error, node: GraphNode): void {
    const [, , name, message, stack, hasCause, cause] = node
    const define = (key: string, value: unknown): void => {
      Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true })
    }
    if (name !== null) define('name', this.#slot(name))
    if (message !== null) define('message', this.#slot(message))
    define('stack', stack === null ? undefined : this.#slot(stack))
    if (hasCause === true) define('cause', this.#slot(cause))
    this.#fillFields(error, node, 7)
  }
}

function refuseCycle(): never {
  throw damaged('a plain form that contains its own instance')
}

function isContainer(slot: unknown): boolean {
  return (Object.values(NODE) as readonly unknown[]).includes(slot)
}

function createError(name: unknown): Error {
  const constructor = errorNamed(name)
  if (constructor === undefined) throw damaged(`an error of kind ${String(name)}`)
  return new constructor()
}

function createBinary(node: GraphNode): unknown {
  const [kind, first, second] = node
  const bytes = kind === NODE.typedArray ? second : first
  if (!Buffer.isBuffer(bytes)) throw damaged(`a node of kind ${String(kind)}`)
  if (kind === NODE.buffer) return bytes
  const memory = new Uint8Array(bytes).buffer
  if (kind === NODE.arrayBuffer) return memory
  if (kind === NODE.dataView) return new DataView(memory)
  const typedArray = typedArrayNamed(first)
  if (kind === NODE.typedArray && typedArray !== undefined) return new typedArray(memory)
  throw damaged(`a node of kind ${String(kind)}`)
}

function parseBigInt(text: string): bigint {
  const isNegative = text.startsWith('-')
  let value = 0n
  // Halves are parsed apart, so that the cost stays below the square of the length for very long numbers.
  const digits = isNegative ? text.slice(1) : text
  value = parseDigits(digits)
  return isNegative ? -value : value
}

function parseDigits(digits: string): bigint {
  if (digits.length <= 10) return BigInt(Number.parseInt(digits, BIGINT_RADIX))
  const half = digits.length >> 1
  const low = digits.length - half
  return (parseDigits(digits.slice(0, half)) << BigInt(low * 5)) | parseDigits(digits.slice(half))
}

function damaged(what: string): FlinkError {
  return new FlinkError('ASSERTION_FAILED', { what: `a serialized value holds ${what}, which nobody writes` })
}
