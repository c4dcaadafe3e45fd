import { RowCheckSource } from './row-check-source.js'
import type { RowField, RowShape } from './row-shape.js'

/** The test that most values of a primitive kind pass; any other primitive is let through after it. */
const FIRST_TEST: Readonly<Record<Extract<RowShape, string>, string | undefined>> = {
  int: 'number',
  double: 'number',
  string: 'string',
  boolean: 'boolean',
  bigint: 'bigint',
  absent: undefined,
  scalar: undefined,
  date: undefined,
}

/**
 * The body of a copier. It is laxer than a writer: any primitive stands where the kind has one. `part`s are taken and
 * tested first and put together by one literal, whose objects are alike whatever way the original was made.
 */
export class RowCopierSource extends RowCheckSource {
  readonly #kind: RowShape

  constructor(kind: RowShape) {
    super(kind)
    this.#kind = kind
  }

  text(): string {
    const result = this.#copy(this.#kind, 'value')
    const body = [...this.preparation(), ...this.lines, `return ${result}`]
    return [...this.constants, 'return function copy(value) {', ...body, '}', ''].join('\n')
  }

  /** Adds the statements that test a value and gives the expression that stands for its copy. */
  #copy(kind: RowShape, name: string): string {
    if (kind === 'date') {
      this.object(name, 'ofDate')
      return `new Date(${name}.getTime())`
    }
    if (typeof kind !== 'string') return this.#composite(kind, name)
    const first = FIRST_TEST[kind]
    this.check(`${first === undefined ? '' : `typeof ${name} === '${first}' || `}isPrimitive(${name})`)
    return name
  }

  #composite(kind: Exclude<RowShape, string>, name: string): string {
    if ('nullable' in kind) return this.#nullable(kind.nullable, name)
    if ('object' in kind) {
      this.object(name, 'ofObject')
      return `{ ${this.#fields(kind.object, name).join(', ')} }`
    }
    if ('tuple' in kind) return this.#tuple(kind.tuple, name)
    if ('list' in kind) return this.#list(kind.list, name)
    if ('set' in kind) {
      this.object(name, 'ofSet')
      const [copy, element] = [this.#variable('new Set()'), this.name()]
      this.lines.push(`for (const ${element} of ${name}) {`)
      this.lines.push(`${copy}.add(${this.#copy(kind.set, element)})`, '}')
      return copy
    }
    return 'map' in kind ? this.#map(kind.map, name) : this.#instance(kind.instance, name)
  }

  #fields(fields: readonly RowField[], name: string): string[] {
    this.fieldNames(fields, name)
    return fields.map(([field, kind]) => {
      const key = JSON.stringify(field)
      return `${key}: ${this.#copy(kind, this.part(kind, `${name}[${key}]`))}`
    })
  }

  /** A constructor of our own with the prototype of the class, as in row-reader-source.ts. */
  #instance([className, fields]: readonly [string, readonly RowField[]], name: string): string {
    const prototype = this.prototypeOf(className)
    this.object(name, prototype, 'instance')
    this.fieldNames(fields, name)
    const [make, parameters] = [this.name(), fields.map(() => this.name())]
    const assignments = fields.map(([field], index) => `this[${JSON.stringify(field)}] = ${parameters[index] ?? ''}`)
    this.constants.push(
      `function ${make}(${parameters.join(', ')}) { ${assignments.join('; ')} }`,
      `${make}.prototype = ${prototype}`,
    )
    const values = fields.map(([field, kind]) => this.#copy(kind, this.part(kind, `${name}[${JSON.stringify(field)}]`)))
    return `new ${make}(${values.join(', ')})`
  }

  #nullable(kind: RowShape, name: string): string {
    if (typeof kind === 'string' && kind !== 'date') return this.#copy('scalar', name)
    const copy = this.name()
    this.lines.push(`let ${copy} = ${name}`, `if (${name} !== null && ${name} !== undefined) {`)
    this.lines.push(`${copy} = ${this.#copy(kind, name)}`, '}')
    return copy
  }

  #tuple(kinds: readonly RowShape[], name: string): string {
    this.array(name, true)
    this.check(`${name}.length === ${String(kinds.length)}`)
    const copies = kinds.map((kind, index) => this.#copy(kind, this.part(kind, `${name}[${String(index)}]`)))
    return `[${copies.join(', ')}]`
  }

  /** Of primitives it is cut out at once, so that it has the room that it needs. */
  #list(element: RowShape | null, name: string): string {
    this.array(name, true)
    if (element === null) {
      this.check(`${name}.length === 0`)
      return '[]'
    }
    const [index, value] = [this.name(), this.name()]
    const isPrimitive = typeof element === 'string' && element !== 'date'
    const copy = isPrimitive ? `${name}.slice()` : this.#variable('[]')
    this.lines.push(`for (let ${index} = 0; ${index} < ${name}.length; ${index} += 1) {`)
    this.lines.push(`const ${value} = ${name}[${index}]`)
    const copied = this.#copy(element, value)
    if (!isPrimitive) this.lines.push(`${copy}.push(${copied})`)
    this.lines.push('}')
    return copy
  }

  #map([key, mapped]: readonly [RowShape, RowShape], name: string): string {
    this.object(name, 'ofMap')
    const [copy, left, right, rights] = [this.#variable('new Map()'), this.name(), this.name(), this.name()]
    this.lines.push(`const ${rights} = ${name}.values()`, `for (const ${left} of ${name}.keys()) {`)
    this.lines.push(`const ${right} = ${rights}.next().value`)
    const copies = [this.#copy(key, left), this.#copy(mapped, right)]
    this.lines.push(`${copy}.set(${copies.join(', ')})`, '}')
    return copy
  }

  #variable(expression: string): string {
    const name = this.name()
    this.lines.push(`const ${name} = ${expression}`)
    return name
  }
}
