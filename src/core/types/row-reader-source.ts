import type { RowField, RowShape } from './row-shape.js'

/** Keys of a map that are remembered, by their place in it. */
const REMEMBERED_KEYS = 16

/** Lists of up to so many simple elements are read into literals. */
const LITERAL_LENGTH = 4
/** Elements whose source is one expression, of the position where they are. */
const ELEMENT_SOURCE = {
  int: (position: string) => `view.getInt32(${position})`,
  double: (position: string) => `view.getFloat64(${position})`,
  bigint: (position: string) => `view.getBigInt64(${position})`,
  boolean: (position: string) => `bytes[${position}] === 1`,
  string: () => 'readText(input)',
}
type SimpleElement = keyof typeof ELEMENT_SOURCE
/** 0: of no fixed size. */
const ELEMENT_BYTES: Readonly<Record<SimpleElement, number>> = { int: 4, double: 8, bigint: 8, boolean: 1, string: 0 }

/** The body of a reader. */
export class RowReaderSource {
  readonly #constants: string[] = []
  readonly #lines: string[] = ['const { bytes, view } = input', 'let p = input.position']
  #names = 0

  text(kind: RowShape): string {
    const result = this.#value(kind)
    const body = [...this.#lines, 'input.position = p', `return ${result}`]
    return [...this.#constants, 'return function read(input) {', ...body, '}', ''].join('\n')
  }

  /** Adds the statements that read a value and gives the expression that stands for it. */
  #value(kind: RowShape): string {
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

  #composite(kind: Exclude<RowShape, string>): string {
    if ('nullable' in kind) return this.#nullable(kind.nullable)
    if ('object' in kind) {
      const fields = kind.object.map(([field, fieldKind]) => `${JSON.stringify(field)}: ${this.#value(fieldKind)}`)
      return this.#constant(`{ ${fields.join(', ')} }`)
    }
    if ('tuple' in kind) return this.#constant(`[${kind.tuple.map((part) => this.#value(part)).join(', ')}]`)
    if ('list' in kind) return this.#list(kind.list)
    if ('set' in kind) {
      return this.#collection(this.#size(), 'new Set()', (name) => `${name}.add(${this.#value(kind.set)})`)
    }
    if ('instance' in kind) return this.#instance(kind.instance)
    const [key, value] = kind.map
    return this.#collection(this.#size(), 'new Map()', (name, index) => {
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
    return this.#call(
      `${index} < ${String(REMEMBERED_KEYS)} ? ${slot} = readLikelyText(input, ${slot}) : readText(input)`,
    )
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

  #nullable(kind: RowShape): string {
    const [head, name] = [this.#fixed('bytes[p]', 1), this.#name()]
    this.#lines.push(`let ${name}`, `if (${head} === 2) {`)
    this.#lines.push(`${name} = ${this.#value(kind)}`, `} else if (${head} === 0) ${name} = null`)
    return name
  }

  #list(element: RowShape | null): string {
    const size = this.#size()
    if (element === null) return this.#constant('[]')
    const add = (name: string): string => `${name}.push(${this.#value(element)})`
    if (!isSimple(element)) return this.#collection(size, '[]', add)
    const name = this.#name()
    this.#lines.push(`let ${name}`)
    for (let length = 1; length <= LITERAL_LENGTH; length += 1) {
      this.#lines.push(`if (${size} === ${String(length)}) {`)
      this.#literal(name, element, length)
      this.#lines.push('} else')
    }
    this.#lines.push('{')
    this.#lines.push(`${name} = ${this.#collection(size, '[]', add)}`, '}')
    return name
  }

  /** Pushing makes room for 17 elements first; a literal for its own: 20 → 10 ns with two of them. */
  #literal(name: string, element: SimpleElement, length: number): void {
    const bytes = ELEMENT_BYTES[element]
    const elements = Array.from({ length }, (_, index) => ELEMENT_SOURCE[element](`p + ${String(index * bytes)}`))
    const literal = `${name} = [${elements.join(', ')}]`
    if (bytes > 0) this.#lines.push(literal, `p += ${String(length * bytes)}`)
    else this.#lines.push('input.position = p', literal, 'p = input.position')
  }

  #size(): string {
    return this.#fixed('view.getUint32(p)', 4)
  }

  #collection(size: string, empty: string, add: (name: string, index: string) => string): string {
    const [name, index] = [this.#constant(empty), this.#name()]
    this.#lines.push(`for (let ${index} = 0; ${index} < ${size}; ${index} += 1) {`)
    this.#lines.push(add(name, index), '}')
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

function isSimple(kind: RowShape): kind is SimpleElement {
  return typeof kind === 'string' && kind in ELEMENT_SOURCE
}
