import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import { ClassNotRegisteredError } from './class-not-registered-error.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'
import { isReference, type RowField, type RowKind } from './row-kind.js'
import { readLikelyText, readScalar, readText, TEXT_HEADER_BYTES, writeScalar, writeText } from './row-values.js'
import { SeenObjects } from './seen-objects.js'

/** Code for one kind of row, as fast as code written for it by hand: no lookup of names, no tag a field. */
export interface RowCodec {
  /** Writes the value; false, with the position of the output anywhere, when it is not of the kind. */
  readonly write: (value: unknown, output: DataOutputView) => boolean
  readonly read: (input: DataInputView) => unknown
}

/** So many references of a row are compared each with each. */
const MAX_COMPARED = 12
/** Keys of a map that are remembered, by their place in it. */
const REMEMBERED_KEYS = 16

/** How a row with one object in two places is found: `compared` with each other where their number is known. */
type ReferenceChecks = 'none' | 'compared' | 'seen'

export interface RowCodecSource {
  readonly write: string
  readonly read: string
}

/** A ClassNotRegisteredError for a kind with instances of a class that is not among the registered ones. */
export function generateRowCodec(kind: RowKind, registered: RegisteredTypes = NO_REGISTERED_TYPES): RowCodec {
  const { write, read } = rowCodecSource(kind)
  const prototypeNamed = (name: string): object => {
    const found = registered.named(name)
    if (found === undefined) throw new ClassNotRegisteredError(name)
    return found.prototype
  }
  const given = { ...environment, prototypeNamed, seen: new SeenObjects() }
  return { write: evaluate(write, given) as RowCodec['write'], read: evaluate(read, given) as RowCodec['read'] }
}

/** The functions as source, each behind a `return`. */
export function rowCodecSource(kind: RowKind): RowCodecSource {
  return { write: new WriterSource(kind).text(), read: new ReaderSource().text(kind) }
}

function evaluate(source: string, given: Readonly<Record<string, unknown>>): unknown {
  const make = new Function(...Object.keys(given), `'use strict'\n${source}`) as (...values: unknown[]) => unknown
  return make(...Object.values(given))
}

const environment = {
  writeText,
  readText,
  readLikelyText,
  writeScalar,
  readScalar,
  prototypeOf: Object.getPrototypeOf,
  keysOf: Object.keys,
  ofObject: Object.prototype,
  ofArray: Array.prototype,
  ofDate: Date.prototype,
  ofMap: Map.prototype,
  ofSet: Set.prototype,
  seen: undefined,
}

/** The body of a writer. At every point of it there is room for all parts of fixed size: see `#grow`. */
class WriterSource {
  readonly #kind: RowKind
  readonly #constants: string[] = []
  readonly #lines: string[] = []
  #names = 0
  #fixedBytes = 0
  readonly #references: ReferenceChecks
  /** Variables of the whole function: references that later ones are compared with. */
  readonly #hoisted: string[] = []
  /** Variables by group: see #object. */
  readonly #met = new Map<string, string[]>()

  constructor(kind: RowKind) {
    this.#kind = kind
    this.#references = referenceChecks(kind)
  }

  text(): string {
    this.#value(this.#kind, 'value')
    return [...this.#constants, 'return function write(value, output) {', ...this.#body(), '}', ''].join('\n')
  }

  #body(): string[] {
    const head = [
      `const fixed = ${String(this.#fixedBytes)}`,
      ...(this.#references === 'seen' ? ['seen.clear()'] : []),
      ...(this.#hoisted.length > 0 ? [`let ${this.#hoisted.join(', ')}`] : []),
      'output.reserve(fixed)',
      'let bytes = output.bytes, view = output.view, limit = output.capacity, p = output.position',
    ]
    return [...head, ...this.#lines, 'output.position = p', 'return true']
  }

  #value(kind: RowKind, name: string): void {
    switch (kind) {
      case 'int':
        this.#check(`typeof ${name} === 'number' && (${name} | 0) === ${name} && (${name} !== 0 || 1 / ${name} > 0)`)
        return this.#fixed(`view.setInt32(p, ${name})`, 4)
      case 'double':
        this.#check(`typeof ${name} === 'number'`)
        return this.#fixed(`view.setFloat64(p, ${name})`, 8)
      case 'boolean':
        this.#check(`typeof ${name} === 'boolean'`)
        return this.#fixed(`bytes[p] = ${name} ? 1 : 0`, 1)
      case 'bigint':
        this.#check(`typeof ${name} === 'bigint' && BigInt.asIntN(64, ${name}) === ${name}`)
        return this.#fixed(`view.setBigInt64(p, ${name})`, 8)
      case 'string':
        this.#check(`typeof ${name} === 'string'`)
        this.#grow(`2 * ${name}.length + ${String(TEXT_HEADER_BYTES)}`)
        this.#lines.push(`p = writeText(bytes, ${name}, p)`)
        return
      case 'date':
        this.#object(name, 'ofDate')
        return this.#fixed(`view.setFloat64(p, ${name}.getTime())`, 8)
      case 'absent':
        this.#check(`${name} === null || ${name} === undefined`)
        return this.#fixed(`bytes[p] = ${name} === null ? 0 : 1`, 1)
      case 'scalar':
        this.#lines.push('output.position = p', `if (!writeScalar(output, ${name})) return false`)
        this.#lines.push('p = output.position')
        return this.#reserve('0')
      default:
        this.#composite(kind, name)
    }
  }

  #composite(kind: Exclude<RowKind, string>, name: string): void {
    if ('nullable' in kind) {
      this.#lines.push(`if (${name} === null || ${name} === undefined) {`)
      this.#fixed(`bytes[p] = ${name} === null ? 0 : 1`, 1)
      this.#lines.push('} else {', 'bytes[p] = 2', 'p += 1')
      this.#value(kind.nullable, name)
      this.#lines.push('}')
    } else if ('object' in kind) this.#fields(kind.object, name)
    else if ('tuple' in kind) this.#tuple(kind.tuple, name)
    else if ('list' in kind) this.#list(kind.list, name)
    else if ('map' in kind) this.#map(kind.map, name)
    else if ('set' in kind) this.#set(kind.set, name)
    else this.#instance(kind.instance, name)
  }

  #instance([className, fields]: readonly [string, readonly RowField[]], name: string): void {
    const prototype = this.#name()
    this.#constants.push(`const ${prototype} = prototypeNamed(${JSON.stringify(className)})`)
    this.#object(name, prototype, 'instance')
    this.#ownFields(fields, name)
  }

  #fields(fields: readonly RowField[], name: string): void {
    this.#object(name, 'ofObject')
    this.#ownFields(fields, name)
  }

  #ownFields(fields: readonly RowField[], name: string): void {
    const [names, index] = [this.#name(), this.#name()]
    this.#constants.push(`const ${names} = ${JSON.stringify(fields.map(([field]) => field))}`)
    this.#lines.push(`let ${index} = 0`, `for (const key in ${name}) if (key !== ${names}[${index}++]) return false`)
    this.#check(`${index} === ${String(fields.length)}`)
    for (const [field, kind] of fields) {
      this.#value(kind, this.#part(kind, `${name}[${JSON.stringify(field)}]`))
    }
  }

  #tuple(kinds: readonly RowKind[], name: string): void {
    this.#array(name, kinds.some(takesUndefined))
    this.#check(`${name}.length === ${String(kinds.length)}`)
    for (const [index, kind] of kinds.entries()) {
      this.#value(kind, this.#part(kind, `${name}[${String(index)}]`))
    }
  }

  #list(element: RowKind | null, name: string): void {
    this.#array(name, element !== null && takesUndefined(element))
    this.#size(`${name}.length`)
    if (element === null) return this.#check(`${name}.length === 0`)
    const [index, value] = [this.#name(), this.#name()]
    this.#lines.push(`for (let ${index} = 0; ${index} < ${name}.length; ${index} += 1) {`)
    this.#lines.push(`const ${value} = ${name}[${index}]`)
    this.#grow('0')
    this.#value(element, value)
    this.#lines.push('}')
  }

  #map([key, mapped]: readonly [RowKind, RowKind], name: string): void {
    this.#object(name, 'ofMap')
    this.#size(`${name}.size`)
    const [left, right, rights] = [this.#name(), this.#name(), this.#name()]
    // Two iterators make nothing, where the pairs of one are arrays: 32 ns for 45 with two entries.
    this.#lines.push(`const ${rights} = ${name}.values()`, `for (const ${left} of ${name}.keys()) {`)
    this.#lines.push(`const ${right} = ${rights}.next().value`)
    this.#grow('0')
    this.#value(key, left)
    this.#value(mapped, right)
    this.#lines.push('}')
  }

  #set(element: RowKind, name: string): void {
    this.#object(name, 'ofSet')
    this.#size(`${name}.size`)
    const value = this.#name()
    this.#lines.push(`for (const ${value} of ${name}) {`)
    this.#grow('0')
    this.#value(element, value)
    this.#lines.push('}')
  }

  /** Holes and named properties show in the number of keys; when holes could pass as undefined, in the last key too. */
  #array(name: string, mayHaveUndefined: boolean): void {
    this.#object(name, 'ofArray')
    const keys = this.#name()
    this.#lines.push(`const ${keys} = keysOf(${name})`)
    this.#check(`${keys}.length === ${name}.length`)
    if (mayHaveUndefined)
      this.#check(`${keys}.length === 0 || ${keys}[${keys}.length - 1] === String(${keys}.length - 1)`)
  }

  /** `group`: objects of two groups are never the same. */
  #object(name: string, prototype: string, group = prototype): void {
    this.#check(`typeof ${name} === 'object' && ${name} !== null && prototypeOf(${name}) === ${prototype}`)
    if (this.#references === 'seen') return this.#check(`!seen.has(${name})`)
    if (this.#references === 'none') return
    const others = this.#met.get(group) ?? []
    for (const other of others) this.#check(`${name} !== ${other}`)
    this.#met.set(group, [...others, name])
  }

  /** A variable for a field or element. */
  #part(kind: RowKind, expression: string): string {
    const name = this.#name()
    const isHoisted = this.#references === 'compared' && isReference(kind)
    if (isHoisted) this.#hoisted.push(name)
    this.#lines.push(`${isHoisted ? '' : 'const '}${name} = ${expression}`)
    return name
  }

  #size(size: string): void {
    this.#fixed(`view.setUint32(p, ${size})`, 4)
  }

  #check(condition: string): void {
    this.#lines.push(`if (!(${condition})) return false`)
  }

  #fixed(statement: string, bytes: number): void {
    this.#fixedBytes += bytes
    this.#lines.push(statement, `p += ${String(bytes)}`)
  }

  /** Room for `more` bytes and, behind them, for all fixed parts: of the rest of the row, of an element. */
  #grow(more: string): void {
    this.#lines.push(`if (limit - p < ${more} + fixed) {`)
    this.#reserve(more)
    this.#lines.push('}')
  }

  #reserve(more: string): void {
    this.#lines.push(
      `output.position = p; output.reserve(${more} + fixed)`,
      'bytes = output.bytes; view = output.view; limit = output.capacity',
    )
  }

  #name(): string {
    this.#names += 1
    return `v${String(this.#names)}`
  }
}

class ReaderSource {
  readonly #constants: string[] = []
  readonly #lines: string[] = ['const { bytes, view } = input', 'let p = input.position']
  #names = 0

  text(kind: RowKind): string {
    const result = this.#value(kind)
    const body = [...this.#lines, 'input.position = p', `return ${result}`]
    return [...this.#constants, 'return function read(input) {', ...body, '}', ''].join('\n')
  }

  /** Adds the statements that read a value and gives the expression that stands for it. */
  #value(kind: RowKind): string {
    switch (kind) {
      case 'int':
        return this.#fixed('view.getInt32(p)', 4)
      case 'double':
        return this.#fixed('view.getFloat64(p)', 8)
      case 'boolean':
        return this.#fixed('bytes[p] === 1', 1)
      case 'bigint':
        return this.#fixed('view.getBigInt64(p)', 8)
      case 'date':
        return this.#fixed('new Date(view.getFloat64(p))', 8)
      case 'absent':
        return this.#fixed('bytes[p] === 0 ? null : undefined', 1)
      case 'string':
        return this.#call('readText(input)')
      case 'scalar':
        return this.#call('readScalar(input)')
      default:
        return this.#composite(kind)
    }
  }

  #composite(kind: Exclude<RowKind, string>): string {
    if ('nullable' in kind) return this.#nullable(kind.nullable)
    if ('object' in kind) {
      const fields = kind.object.map(([field, fieldKind]) => `${JSON.stringify(field)}: ${this.#value(fieldKind)}`)
      return this.#constant(`{ ${fields.join(', ')} }`)
    }
    if ('tuple' in kind) return this.#constant(`[${kind.tuple.map((part) => this.#value(part)).join(', ')}]`)
    if ('list' in kind) {
      const { list } = kind
      return this.#collection('[]', (name) => (list === null ? undefined : `${name}.push(${this.#value(list)})`))
    }
    if ('set' in kind) return this.#collection('new Set()', (name) => `${name}.add(${this.#value(kind.set)})`)
    if ('instance' in kind) return this.#instance(kind.instance)
    const [key, value] = kind.map
    return this.#collection('new Map()', (name, index) => {
      const left = key === 'string' ? this.#likelyText(index) : this.#value(key)
      return `${name}.set(${left}, ${this.#value(value)})`
    })
  }

  /**
   * The keys of maps are often those of the map before: then the same text is used again, which need not be made and has
   * its hash (80 ns less for two keys of six characters).
   */
  #likelyText(index: string): string {
    const memory = this.#name()
    this.#constants.push(`const ${memory} = new Array(${String(REMEMBERED_KEYS)}).fill('')`)
    const slot = `${memory}[${index}]`
    return this.#call(`${index} < ${String(REMEMBERED_KEYS)} ? ${slot} = readLikelyText(input, ${slot}) : readText(input)`)
  }

  /** A constructor of our own with the prototype of the class: twice as fast as a literal with `__proto__` (26 / 60 ns). */
  #instance([className, fields]: readonly [string, readonly RowField[]]): string {
    const [make, parameters] = [this.#name(), fields.map(() => this.#name())]
    const assignments = fields.map(([field], index) => `this[${JSON.stringify(field)}] = ${parameters[index] ?? ''}`)
    this.#constants.push(
      `function ${make}(${parameters.join(', ')}) { ${assignments.join('; ')} }`,
      `${make}.prototype = prototypeNamed(${JSON.stringify(className)})`,
    )
    return this.#constant(`new ${make}(${fields.map(([, kind]) => this.#value(kind)).join(', ')})`)
  }

  #nullable(kind: RowKind): string {
    const [head, name] = [this.#fixed('bytes[p]', 1), this.#name()]
    this.#lines.push(`let ${name}`, `if (${head} === 2) {`)
    this.#lines.push(`${name} = ${this.#value(kind)}`, `} else if (${head} === 0) ${name} = null`)
    return name
  }

  #collection(empty: string, add: (name: string, index: string) => string | undefined): string {
    const size = this.#fixed('view.getUint32(p)', 4)
    const [name, index] = [this.#constant(empty), this.#name()]
    this.#lines.push(`for (let ${index} = 0; ${index} < ${size}; ${index} += 1) {`)
    const statement = add(name, index)
    if (statement !== undefined) this.#lines.push(statement)
    this.#lines.push('}')
    return name
  }

  #fixed(expression: string, bytes: number): string {
    const name = this.#constant(expression)
    this.#lines.push(`p += ${String(bytes)}`)
    return name
  }

  #call(expression: string): string {
    this.#lines.push('input.position = p')
    const name = this.#constant(expression)
    this.#lines.push('p = input.position')
    return name
  }

  #constant(expression: string): string {
    const name = this.#name()
    this.#lines.push(`const ${name} = ${expression}`)
    return name
  }

  #name(): string {
    this.#names += 1
    return `v${String(this.#names)}`
  }
}

function referenceChecks(kind: RowKind): ReferenceChecks {
  const count = countReferences(kind)
  if (count < 2) return 'none'
  return count > MAX_COMPARED || hasCollectedReferences(kind) ? 'seen' : 'compared'
}

/** True when some references are elements, so that nobody knows how many there are. */
function hasCollectedReferences(kind: RowKind): boolean {
  if (typeof kind === 'string') return false
  if ('nullable' in kind) return hasCollectedReferences(kind.nullable)
  if ('object' in kind) return kind.object.some(([, field]) => hasCollectedReferences(field))
  if ('instance' in kind) return kind.instance[1].some(([, field]) => hasCollectedReferences(field))
  if ('tuple' in kind) return kind.tuple.some(hasCollectedReferences)
  if ('list' in kind) return kind.list !== null && isReference(kind.list)
  return 'set' in kind ? isReference(kind.set) : kind.map.some(isReference)
}

/** More than one reference: two of them could be the same object. A collection of references counts as many. */
function countReferences(kind: RowKind): number {
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

function takesUndefined(kind: RowKind): boolean {
  return kind === 'absent' || kind === 'scalar' || (typeof kind === 'object' && 'nullable' in kind)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
