import { isReference, type RowField, type RowKind } from './row-kind.js'
import { referenceChecks, type ReferenceChecks } from './row-references.js'
import { TEXT_HEADER_BYTES } from './row-values.js'

/** The body of a writer. At every point of it there is room for all parts of fixed size: see `#grow`. */
export class RowWriterSource {
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

function takesUndefined(kind: RowKind): boolean {
  return kind === 'absent' || kind === 'scalar' || (typeof kind === 'object' && 'nullable' in kind)
}
